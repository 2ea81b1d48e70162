// stale.test.mjs: the set-up works again exactly when something has changed.
import assert from "node:assert/strict";
import { appendFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withTree } from "../with-tree.mjs";
import { filesUnder, fingerprint, isNewer, orphans, readStamp } from "./stale.mjs";

const tree = { "src/a.ts": "a", "src/deep/b.ts": "b", "src/c.txt": "c" };

test("filesUnder finds files of a suffix in all folders below, and none in an absent folder", () => {
  withTree(tree, (root) => {
    assert.deepEqual(filesUnder(root, ".ts"), [join(root, "src/a.ts"), join(root, "src/deep/b.ts")]);
    assert.deepEqual(filesUnder(join(root, "absent")), []);
  });
});

test("the fingerprint stays as long as nothing changes", () => {
  withTree(tree, (root) => assert.equal(fingerprint(filesUnder(root)), fingerprint(filesUnder(root))));
});

for (const [change, make] of [
  ["a file is written", (root) => appendFileSync(join(root, "src/a.ts"), "!")],
  [
    "a file gets an older time, as a checkout may give it",
    (root) => utimesSync(join(root, "src/a.ts"), 1, 1),
  ],
  ["a file is removed", (root) => rmSync(join(root, "src/a.ts"))],
  ["a file is added", (root) => writeFileSync(join(root, "src/new.ts"), "")],
]) {
  test(`the fingerprint changes when ${change}`, () => {
    withTree(tree, (root) => {
      const before = fingerprint(filesUnder(root));
      make(root);
      assert.notEqual(fingerprint(filesUnder(root)), before);
    });
  });
}

test("a product that is absent or older than its source is stale", () => {
  withTree({ lock: "", product: "" }, (root) => {
    const [lock, product] = [join(root, "lock"), join(root, "product")];
    assert.equal(isNewer(lock, join(root, "absent")), true);
    utimesSync(lock, 10, 10);
    utimesSync(product, 20, 20);
    assert.equal(isNewer(lock, product), false);
    utimesSync(lock, 30, 30);
    assert.equal(isNewer(lock, product), true);
  });
});

test("a stamp that was never written is undefined", () => {
  withTree({ stamp: "abc" }, (root) => {
    assert.equal(readStamp(join(root, "stamp")), "abc");
    assert.equal(readStamp(join(root, "absent")), undefined);
  });
});

test("compiled files without a source are orphans, and nothing else is", () => {
  const dist = {
    "dist/src/a.js": "",
    "dist/src/a.d.ts": "",
    "dist/src/gone.test.js": "",
    "dist/src/gone.js.map": "",
  };
  withTree({ ...tree, ...dist, "dist/.tsbuildinfo": "" }, (root) => {
    const found = orphans(join(root, "dist"), root);
    assert.deepEqual(found, [join(root, "dist/src/gone.js.map"), join(root, "dist/src/gone.test.js")]);
  });
});
