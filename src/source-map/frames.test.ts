// frames.test.ts: what is taken for a frame of a stack, and what is left alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameIn, frameLine } from "./frames.js";

const file = "handler.bundle.js";

test("frameIn reads the engine's frames", () => {
  assert.deepEqual(frameIn("    at fetch (handler.bundle.js:12:5)", file), {
    before: "",
    name: "fetch",
    file,
    line: 12,
    column: 5,
    behind: "",
  });
  assert.equal(frameIn("    at <anonymous> (handler.bundle.js:1:1)", file)?.name, "<anonymous>");
  assert.equal(frameIn("    at get a b (handler.bundle.js:1:1)", file)?.name, "get a b");
  const { name, line, column } = frameIn("    at handler.bundle.js:3:4", file)!;
  assert.deepEqual({ name, line, column }, { name: "", line: 3, column: 4 });
});

test("what a console puts around a frame is kept apart: its level, how deep the error lies in others, brackets", () => {
  for (const [before, behind] of [
    ["error: ", ""],
    ["      ", "] {"],
    ["  warn: two words ", " and more"],
    ["", ")]"],
  ] as const)
    for (const place of ["fetch (handler.bundle.js:12:5)", "handler.bundle.js:12:5"]) {
      const frame = frameIn(`${before}    at ${place}${behind}`, file)!;
      assert.deepEqual([frame.before, frame.line, frame.column, frame.behind], [before, 12, 5, behind]);
      assert.equal(
        frameLine(frame, "a.ts:1:2").endsWith(`a.ts:1:2${place.endsWith(")") ? ")" : ""}${behind}`),
        true,
      );
    }
});

test("names with brackets, in functions and in files, are kept apart", () => {
  const odd = "a (1).bundle.js";
  const { name, line, column } = frameIn("    at [Symbol(x)] (y (a (1).bundle.js:7:8)", odd)!;
  assert.deepEqual({ name, line, column }, { name: "[Symbol(x)] (y", line: 7, column: 8 });
});

test("other lines and other files are no frames", () => {
  for (const line of [
    "at fetch (handler.bundle.js:12:5)",
    "    at fetch (other.bundle.js:12:5)",
    "    at fetch (handler.bundle.js:12)",
    "    at fetch (handler.bundle.js:12345678901:5)",
    "    at fetch (native)",
    `    at ${"x".repeat(2000)} (handler.bundle.js:12:5)`,
    "",
  ])
    assert.equal(frameIn(line, file), undefined, line);
});

test("frameLine writes what frameIn reads", () => {
  const around = { before: "", behind: "" };
  assert.equal(
    frameLine({ ...around, name: "fetch" }, "src/handler.ts:12:5"),
    "    at fetch (src/handler.ts:12:5)",
  );
  assert.equal(frameLine({ ...around, name: "" }, "src/handler.ts:12:5"), "    at src/handler.ts:12:5");
});
