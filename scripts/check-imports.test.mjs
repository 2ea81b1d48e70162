// check-imports.test.mjs: every kind of forbidden import is found, and what is allowed is left alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkImports, importsOf } from "./check-imports.mjs";
import { withTree } from "./with-tree.mjs";

const check = (files) => withTree(files, checkImports);

test("an import that points up the rooms is found, with its line and the mend", () => {
  const [problem, ...more] = check({
    "src/device/net.ts": '// net.ts: a device.\nimport { Monitor } from "../monitor/monitor.js";\n',
    "src/monitor/monitor.ts": "export class Monitor {}\n",
  });
  assert.match(problem, /^src\/device\/net\.ts:2: src\/device may not import src\/monitor\/monitor\.ts/);
  assert.match(problem, /→ pass it in/);
  assert.deepEqual(more, []);
});

test("an import of types alone points up the rooms just as well", () => {
  const problems = check({
    "src/linux/file.ts": 'import type { Image } from "../image/image.js";\n',
    "src/image/image.ts": "export interface Image {}\n",
  });
  assert.match(problems.join(), /src\/linux may not import src\/image/);
});

test("a device may not know a back-end, although it knows machines", () => {
  const problems = check({
    "src/device/net.ts": 'import "../machine/memory.js";\nimport "../machine/kvm/host.js";\n',
    "src/machine/memory.ts": "export {};\n",
    "src/machine/kvm/host.ts": "export {};\n",
  });
  assert.equal(problems.length, 1);
  assert.match(problems[0], /net\.ts:2/);
});

test("koffi is found outside src/linux, also behind import()", () => {
  const problems = check({
    "src/linux/libc.ts": 'import koffi from "koffi";\n',
    "src/cli/run.ts": 'const ffi = await import("koffi");\n',
  });
  assert.deepEqual(
    problems.map((problem) => problem.split("\n")[0]),
    ["src/cli/run.ts:1: only src/linux may import koffi"],
  );
});

test("a cycle is found and printed as a ring", () => {
  const problems = check({
    "src/image/a.ts": 'export { b } from "./b.js";\n',
    "src/image/b.ts": 'import {\n  c,\n} from "./c.js";\n',
    "src/image/c.ts": 'import "./a.js";\n',
  });
  assert.match(
    problems.join(),
    /src\/image\/a\.ts → src\/image\/b\.ts → src\/image\/c\.ts → src\/image\/a\.ts/,
  );
});

test("a ring that only types close is no cycle", () => {
  const problems = check({
    "src/image/a.ts": 'import { b } from "./b.js";\n',
    "src/image/b.ts": 'import type { A } from "./a.js";\n',
  });
  assert.deepEqual(problems, []);
});

test("a test may import any room, but nothing may import a test", () => {
  const problems = check({
    "src/image/image.test.ts": 'import "../cli/main.js";\n',
    "src/image/image.ts": 'import "./image.test.js";\n',
    "src/cli/main.ts": "export {};\n",
  });
  assert.equal(problems.length, 1);
  assert.match(problems[0], /image\.ts:1: imports a test/);
});

test("a folder without a rule is found", () => {
  assert.match(check({ "src/utils/all.ts": 'import "node:fs";\n' }).join(), /is in no room of the table/);
});

test("imports in comments and examples do not count", () => {
  const text =
    '/**\n * import { x } from "./a.js";\n */\n// import { y } from "./b.js";\nimport { z } from "./c.js";\n';
  assert.deepEqual(importsOf("image/image.ts", text), [
    { line: 5, target: "image/c.ts", package: undefined, typeOnly: false },
  ]);
});
