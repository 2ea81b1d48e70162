// landlock-rights.test.ts: which rights rules give and what is forbidden, by the kernel's ABI.
import assert from "node:assert/strict";
import { test } from "node:test";
import { handled, rightsOf } from "./landlock-rights.js";

test("each ABI forbids all that it knows, and nothing that it does not know", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 9].map((abi) => handled(abi).handled_access_fs),
    [0x1fffn, 0x3fffn, 0x7fffn, 0x7fffn, 0xffffn, 0xffffn, 0xffffn],
  );
  assert.deepEqual(
    [5, 6, 9].map((abi) => handled(abi).scoped),
    [0n, 3n, 3n],
  );
});

test("rights are what a rule says, less what the ABI does not know", () => {
  assert.equal(rightsOf("read", 2, true), 0b1100n);
  assert.equal(rightsOf("execute", 2, true), 0b1101n);
  assert.equal(rightsOf("device", 2, false), 0b110n);
  assert.equal(rightsOf("device", 5, false), 0b1000_0000_0000_0110n);
  assert.equal(rightsOf("write", 2, false), 0b110n);
  assert.equal(rightsOf("write", 3, true), 0b100_0000_0000_1110n);
});

test("a file gets no right of folders, which the kernel would refuse", () => {
  assert.equal(rightsOf("read", 6, false), 0b100n);
  assert.equal(rightsOf("execute", 6, false), 0b101n);
});
