// check-docs.test.mjs: docs that name what does not exist are found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDocs } from "./check-docs.mjs";
import { withTree } from "./with-tree.mjs";

const help = (command) => (command === "run" ? "Options:\n  --mem <MB>\n  --block:NAME=PATH" : undefined);
const tree = {
  "package.json": '{ "scripts": { "bench": "node bench.js" } }',
  "docs/architecture.md": "| `src/cli/` | commands |\n",
  "src/cli/main.ts": "",
};
const check = (files) => withTree({ ...tree, ...files }, (root) => checkDocs(root, help));
const shell = (...lines) => ({ "README.md": ["# Mayfly", "```sh", ...lines, "```", ""].join("\n") });

test("docs that name only what exists pass", () => {
  const readme =
    "# Big title, `code`\n\n[main](src/cli/main.ts) [up](#big-title-code) [web](https://example.org)\n";
  assert.deepEqual(check({ "README.md": readme }), []);
  const commands = [
    "mayfly run --mem=32 \\",
    "  --block:storage=a.raw a.img -- --any",
    "npm run bench # measures",
    "ls",
  ];
  assert.deepEqual(check(shell(...commands)), []);
});

test("a link to an absent file or heading is found", () => {
  const problems = check({ "docs/a.md": "# A\n\n[b](b.md)\n[c](#c)\n" });
  assert.match(problems[0], /^docs\/a\.md:3: links to b\.md, which does not exist/);
  assert.match(problems[1], /^docs\/a\.md:4: links to the heading #c/);
});

test("a command, an option or a script that does not exist is found", () => {
  const problems = check(
    shell("mayfly fly a.img", "mayfly run --memory=32 a.img", "npm run nothing", "npm strat"),
  );
  assert.match(problems[0], /^README\.md:3: mayfly has no command fly/);
  assert.match(problems[1], /^README\.md:4: mayfly run has no option --memory/);
  assert.match(problems[2], /^README\.md:5: package\.json has no script nothing/);
  assert.match(problems[3], /^README\.md:6: npm has no command strat/);
});

test("a folder of src without its line in docs/architecture.md is found, and so is a path that does not exist", () => {
  const problems = check({
    "src/device/net.ts": "",
    "docs/architecture.md": "| `src/cli/` | see src/cli/old.ts |\n",
  });
  assert.match(problems[0], /^docs\/architecture\.md:1: names src\/cli\/old\.ts/);
  assert.match(problems[1], /got 0 lines for src\/device\/, expected 1/);
});
