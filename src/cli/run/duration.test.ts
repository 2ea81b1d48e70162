// duration.test.ts: durations as people type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./duration.js";

test("parseDuration reads ms, s, m and h, and a plain number as seconds", () => {
  const read = (text: string) => parseDuration("--timeout", text);
  assert.deepEqual(
    ["500ms", "10s", "1.5m", "2h", "3", "0.25"].map(read),
    [500, 10_000, 90_000, 7_200_000, 3000, 250],
  );
});

test("parseDuration refuses what is no duration, nothing, and more than a timer can wait", () => {
  for (const text of ["", "0", "0ms", "-1s", "1 s", "ten", "1d", "1e3", "Infinity", "600h", "1ss"]) {
    assert.throws(() => parseDuration("--timeout", text), {
      code: "OPTION_INVALID",
      message: `--timeout: got ${JSON.stringify(text)}, expected a duration of more than 0 and at most 24 days`,
    });
  }
});
