// mistakes.test.ts: how a mistake looks: where it is, what it is, and the line with a mark.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildFailure } from "./mistakes.js";

const file = join(process.cwd(), "src", "handler.ts");

test("a mistake is told with file, line and column, and shown in its line", () => {
  const place = { file, line: 12, column: 9, length: 3, lineText: "  const foo = = 1;" };
  const { message, details, code, mend } = buildFailure(
    "building handler.ts",
    [{ text: "it is wrong", place }, { text: "and so is this" }],
    "mend it",
  );
  assert.equal(code, "BUILD_FAILED");
  assert.equal(message, "building handler.ts: src/handler.ts:12:9: it is wrong (and 1 more)");
  assert.equal(
    details,
    [
      "src/handler.ts:12:9: it is wrong",
      "  12 |   const foo = = 1;",
      "     |         ^^^",
      "and so is this",
    ].join("\n"),
  );
  assert.equal(mend, "mend it");
});

test("a mark stands below its word behind tabs, too, and never passes the line's end", () => {
  const place = { file, line: 1, column: 3, length: 99, lineText: "\t\tfoo" };
  const { details } = buildFailure("building", [{ text: "no", place }]);
  assert.equal(details?.split("\n").at(-1), "    | \t\t^^^");
});

test("of a line that fills screens only the surroundings are shown", () => {
  const lineText = `${"x".repeat(5000)}!${"y".repeat(5000)}`;
  const { details } = buildFailure("building", [
    { text: "no", place: { file, line: 1, column: 5001, length: 1, lineText } },
  ]);
  const [shown, marks] = details!.split("\n");
  assert.equal(shown!.length, 166);
  assert.equal(shown![marks!.indexOf("^")], "!");
});

test("a mistake alone is said once: the message has its place, the details its line", () => {
  const place = { file, line: 2, column: 1, length: 1, lineText: "x" };
  const { message, details } = buildFailure("building", [{ text: "no", place }]);
  assert.equal(message, "building: src/handler.ts:2:1: no");
  assert.equal(details, "  2 | x\n    | ^");
  assert.equal(buildFailure("building", [{ text: "no" }]).details, undefined);
});
