// diagnostics.test.ts: the compiler's lines become mistakes; lines that say nothing are left out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDiagnostics } from "./diagnostics.js";

test("parseDiagnostics reads places, codes and messages of several lines", () => {
  const output = [
    "../a (1)/handler.ts(4,9): error TS2322: Type 'string' is not assignable to type 'number'.",
    "  The one is text.",
    "    The other is not.",
    "",
    "error TS18003: No inputs were found.",
    "Found 2 errors.",
  ].join("\n");
  assert.deepEqual(parseDiagnostics(output), [
    {
      text: "Type 'string' is not assignable to type 'number'. (TS2322)\n  The one is text.\n    The other is not.",
      file: "../a (1)/handler.ts",
      line: 4,
      column: 9,
    },
    { text: "No inputs were found. (TS18003)" },
  ]);
  assert.deepEqual(parseDiagnostics("Segmentation fault"), []);
});
