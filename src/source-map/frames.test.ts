// frames.test.ts: what is taken for a frame of a stack, and what is left alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameIn, frameLine } from "./frames.js";

const file = "handler.bundle.js";

test("frameIn reads the engine's frames", () => {
  assert.deepEqual(frameIn("    at fetch (handler.bundle.js:12:5)", file), {
    name: "fetch",
    file,
    line: 12,
    column: 5,
  });
  assert.equal(frameIn("    at <anonymous> (handler.bundle.js:1:1)", file)?.name, "<anonymous>");
  assert.equal(frameIn("    at get a b (handler.bundle.js:1:1)", file)?.name, "get a b");
  assert.deepEqual(frameIn("    at handler.bundle.js:3:4", file), { name: "", file, line: 3, column: 4 });
});

test("names with brackets, in functions and in files, are kept apart", () => {
  const odd = "a (1).bundle.js";
  assert.deepEqual(frameIn("    at [Symbol(x)] (y (a (1).bundle.js:7:8)", odd), {
    name: "[Symbol(x)] (y",
    file: odd,
    line: 7,
    column: 8,
  });
});

test("other lines and other files are no frames", () => {
  for (const line of [
    "at fetch (handler.bundle.js:12:5)",
    "    at fetch (other.bundle.js:12:5)",
    "    at fetch (handler.bundle.js:12)",
    "    at fetch (handler.bundle.js:12:5) and more",
    "    at fetch (handler.bundle.js:12345678901:5)",
    "    at fetch (native)",
    `    at ${"x".repeat(2000)} (handler.bundle.js:12:5)`,
    "",
  ])
    assert.equal(frameIn(line, file), undefined, line);
});

test("frameLine writes what frameIn reads", () => {
  assert.equal(frameLine("fetch", "src/handler.ts:12:5"), "    at fetch (src/handler.ts:12:5)");
  assert.equal(frameLine("", "src/handler.ts:12:5"), "    at src/handler.ts:12:5");
});
