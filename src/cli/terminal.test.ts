// terminal.test.ts: colors reach terminals only, and never those who said no.
import assert from "node:assert/strict";
import { test } from "node:test";
import { painter } from "./terminal.js";

test("a terminal gets colors", () => {
  assert.equal(painter({ isTTY: true }, {})("red", "x"), "\u001b[31mx\u001b[39m");
});

test("a pipe gets none", () => {
  assert.equal(painter({}, {})("red", "x"), "x");
});

test("NO_COLOR turns them off, unless it is empty", () => {
  assert.equal(painter({ isTTY: true }, { NO_COLOR: "1" })("red", "x"), "x");
  assert.notEqual(painter({ isTTY: true }, { NO_COLOR: "" })("red", "x"), "x");
});
