// wait.test.ts: how raw statuses of waitpid are read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeStatus } from "./wait.js";

test("decodeStatus tells stops, exits and kills apart", () => {
  const none = { stopSignal: undefined, exitStatus: undefined, killSignal: undefined };
  assert.deepEqual(decodeStatus(0x0b7f), { ...none, stopSignal: 11 });
  assert.deepEqual(decodeStatus(0x857f), { ...none, stopSignal: 0x85 });
  assert.deepEqual(decodeStatus(0x0300), { ...none, exitStatus: 3 });
  assert.deepEqual(decodeStatus(0x0000), { ...none, exitStatus: 0 });
  assert.deepEqual(decodeStatus(0x0009), { ...none, killSignal: 9 });
  assert.deepEqual(decodeStatus(0x009f), { ...none, killSignal: 31 }, "with a core dump");
});
