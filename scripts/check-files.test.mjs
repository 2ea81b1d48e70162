// check-files.test.mjs: a file without its role and a file too long are found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFiles } from "./check-files.mjs";
import { withTree } from "./with-tree.mjs";

const check = (files) => withTree(files, checkFiles);

test("a file that does not open with its name and role is found", () => {
  const problems = check({
    "src/image/elf.ts": "export {};\n",
    "scripts/a.mjs": "// b.mjs: another file's role.\n",
  });
  assert.equal(problems.length, 2);
  assert.match(problems[0], /^src\/image\/elf\.ts:1: does not open with its role\n {2}→ \/\/ elf\.ts: /);
});

test("a file of more than 300 lines is found", () => {
  const lines = (count) => `// a.ts: long.\n${"\n".repeat(count - 2)}export {};\n`;
  assert.deepEqual(check({ "src/a.ts": lines(300) }), []);
  assert.match(
    check({ "src/a.ts": lines(301) }).join(),
    /src\/a\.ts:301: got 301 lines, expected at most 300/,
  );
});

test("a script may start with its interpreter, and a C file with a block comment", () => {
  const files = {
    "bin/x.js": "#!/usr/bin/env node\n// x.js: starts.\n",
    "guest/base/y.c": "/* y.c: the clock. */\n",
  };
  assert.deepEqual(check(files), []);
});
