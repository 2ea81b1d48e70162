// regular-expression.test.ts: a regular expression that is none is found in a module, and nothing else is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findBadExpression } from "./regular-expression.js";

test("a regular expression that is none is told with its line, column and length", () => {
  const code = "await null;\nfunction never() {\n\tconst é = '😀'; return /(a/u.test(é);\n}\n";
  const { message, ...place } = findBadExpression(code)!;
  assert.match(message, /^Invalid regular expression: \/\(a\//);
  assert.deepEqual(place, { line: 3, column: 25, length: 5 });
});

test("far along a line there is a place, too", () => {
  const found = findBadExpression(`\n${"x + ".repeat(1000)} /(/`);
  assert.deepEqual([found?.line, found?.column], [2, 1]);
});

test("what is well, and what is wrong in another way, has none", () => {
  for (const code of [
    "",
    "/(a)/.test('');",
    "const = 1;",
    "import.meta.url;",
    "}); throw new Error('run'); (() => {",
  ])
    assert.equal(findBadExpression(code), undefined, code);
});
