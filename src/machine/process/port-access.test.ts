// port-access.test.ts: in, out, ins and outs with all their prefixes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePortAccess } from "./port-access.js";

const DX = 0x502;
const decode = (...code: number[]) => decodePortAccess(Uint8Array.from(code), DX);

test("a bare out of eax to dx is four bytes", () => {
  assert.deepEqual(decode(0xef), { port: DX, direction: "out", size: 4, isString: false, length: 1 });
});

test("prefixes change size and length", () => {
  assert.deepEqual(decode(0x66, 0xef), { port: DX, direction: "out", size: 2, isString: false, length: 2 });
  assert.deepEqual(decode(0x48, 0xef), { port: DX, direction: "out", size: 4, isString: false, length: 2 });
  assert.deepEqual(decode(0xf3, 0x6e), { port: DX, direction: "out", size: 1, isString: true, length: 2 });
});

test("in and immediate ports", () => {
  assert.deepEqual(decode(0xec), { port: DX, direction: "in", size: 1, isString: false, length: 1 });
  assert.deepEqual(decode(0xe5, 0x60), { port: 0x60, direction: "in", size: 4, isString: false, length: 2 });
  assert.deepEqual(decode(0x6d), { port: DX, direction: "in", size: 4, isString: true, length: 1 });
});

test("other instructions and ends of memory are none", () => {
  for (const code of [[], [0x66], [0xe6], [0x90], [0x0f, 0xef], [0xcd, 0x80]])
    assert.equal(decode(...code), undefined, code.toString());
});
