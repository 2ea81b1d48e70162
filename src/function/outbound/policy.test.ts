// policy.test.ts: options are checked, and every mistake is told with its path.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MayflyError } from "../../errors.js";
import { checkOutboundPolicy, type OutboundPolicyOptions } from "./policy.js";

test("an empty policy allows nothing and has limits", () => {
  const { origins, privateAddresses, limits } = checkOutboundPolicy({});
  assert.deepEqual([origins, privateAddresses], [[], []]);
  assert.deepEqual(limits, {
    maxRequests: 50,
    maxConcurrent: 16,
    timeoutMs: 10_000,
    maxResponseBytes: 8 << 20,
    maxRequestBytes: 8 << 20,
  });
});

const MISTAKES: [options: unknown, message: string][] = [
  [null, "outbound: got null, expected an object with origins, "],
  [{ origin: [] }, 'outbound: got "origin", expected one of origins, '],
  [{ origins: "*" }, 'outbound.origins: got "*", expected a list of texts'],
  [{ origins: ["*", "example.com"] }, 'outbound.origins.1: got "example.com", expected an origin such as '],
  [{ origins: [7] }, "outbound.origins.0: got 7, expected an origin such as "],
  [
    { privateAddresses: ["10.0.0.1/8"] },
    'outbound.privateAddresses.0: got "10.0.0.1/8", expected an address or a range ',
  ],
  [{ maxRequests: -1 }, "outbound.maxRequests: got -1, expected a whole number, 0 to 10000"],
  [{ timeoutMs: 0 }, "outbound.timeoutMs: got 0, expected a whole number, 1 to 86400000 (ms)"],
  [
    { maxResponseBytes: 1.5 },
    "outbound.maxResponseBytes: got 1.5, expected a whole number, 0 to 9007199254740991 (bytes)",
  ],
  [{ maxConcurrent: "16" }, 'outbound.maxConcurrent: got "16", expected a whole number, 1 to 1000'],
];
for (const [options, message] of MISTAKES) {
  test(`${JSON.stringify(options)} is refused with its path`, () => {
    assert.throws(
      () => checkOutboundPolicy(options as OutboundPolicyOptions),
      (error) =>
        error instanceof MayflyError && error.code === "OPTION_INVALID" && error.message.startsWith(message),
    );
  });
}
