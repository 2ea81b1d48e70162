// main.test.ts: what `npm run test:svm` says where QEMU and its packages cannot be had.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** Runs it with a PATH that leads nowhere: no QEMU, no apt-get. */
function runWithoutPrograms(...args: string[]) {
  return spawnSync(process.execPath, ["scripts/test-svm.mjs", "test/svm/", "src/image/", ...args], {
    encoding: "utf8",
    env: { ...process.env, PATH: "/nonexistent" },
  });
}

test("without QEMU the run fails with the mend", () => {
  const { status, stdout } = runWithoutPrograms();
  assert.equal(status, 1);
  assert.match(stdout, /^svm: qemu-system-x86: .*\n→ .*\n$/m);
});

test("without QEMU the run is skipped with a reason when asked so", () => {
  const { status, stdout } = runWithoutPrograms("--if-available");
  assert.equal(status, 0);
  assert.match(stdout, /^svm: skipped: qemu-system-x86: /m);
});

test("a run that finds no test file fails", () => {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/test-svm.mjs", "no-such-test"], {
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stdout, /got no compiled test file/);
});
