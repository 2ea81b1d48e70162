// limits.test.ts: which limits are taken, and what they become.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLimits } from "./limits.js";

test("without limits there is memory as solo5-hvt gives it, and no end to time", () => {
  assert.deepEqual(checkLimits(), {
    memoryBytes: 512 << 20,
    wallTimeMs: Number.POSITIVE_INFINITY,
    cpuTimeMs: Number.POSITIVE_INFINITY,
  });
});

test("memory may be any whole pages from 2 MiB to 4 GiB", () => {
  assert.equal(checkLimits({ memoryMiB: 2 }).memoryBytes, 2 * 2 ** 20);
  assert.equal(checkLimits({ memoryMiB: 2.5 }).memoryBytes, 2.5 * 2 ** 20);
  assert.equal(checkLimits({ memoryMiB: 4096 }).memoryBytes, 2 ** 32);
});

for (const memoryMiB of [0, 1.99, 4096.5, -2, Number.NaN, Number.POSITIVE_INFINITY, 2.001]) {
  test(`checkLimits refuses ${memoryMiB} MiB`, () => {
    assert.throws(() => checkLimits({ memoryMiB }), {
      code: "OPTION_INVALID",
      message: `memoryMiB: got ${memoryMiB}, expected 2 to 4096 (MiB, whole pages)`,
    });
  });
}

for (const name of ["wallTimeMs", "cpuTimeMs"] as const) {
  test(`${name} may be any positive number, infinity included`, () => {
    for (const value of [0.001, 1, 1e12, Number.POSITIVE_INFINITY])
      assert.equal(checkLimits({ [name]: value })[name], value);
  });

  test(`checkLimits refuses a ${name} that is not more than 0`, () => {
    for (const value of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY])
      assert.throws(() => checkLimits({ [name]: value }), {
        code: "OPTION_INVALID",
        message: `${name}: got ${value}, expected more than 0 (ms)`,
      });
  });
}
