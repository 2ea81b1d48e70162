// xsave-area.test.ts: what an XSAVE area means where the CPU wrote only a part of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparableXsave, wholeXsave } from "./xsave-area.js";

const [X87, SSE, AVX] = [1, 2, 4];

/** An area of a CPU that has written these components now, and all of them at some time before. */
function area(inUse: number): Uint8Array {
  const bytes = new Uint8Array(1024).fill(0xa5);
  bytes.fill(0, 512, 576);
  bytes[512] = inUse;
  return bytes;
}

const part = (bytes: Uint8Array, start: number, end: number): number[] => [...bytes.subarray(start, end)];
const all = (byte: number, count: number): number[] => new Array<number>(count).fill(byte);

test("what is in use is taken as it is", () => {
  const bytes = area(X87 | SSE | AVX);
  assert.deepEqual(wholeXsave(bytes), bytes);
});

test("x87 that is not in use is as FNINIT leaves it", () => {
  const whole = wholeXsave(area(SSE));
  assert.deepEqual(part(whole, 0, 24), [0x7f, 0x03, ...all(0, 22)]);
  assert.deepEqual(part(whole, 24, 32), all(0xa5, 8), "MXCSR and its mask");
  assert.deepEqual(part(whole, 32, 160), all(0, 128));
  assert.deepEqual(part(whole, 160, 512), all(0xa5, 352));
});

test("SSE that is not in use is zeros; MXCSR is AVX's as well", () => {
  const [none, avx] = [wholeXsave(area(X87)), wholeXsave(area(X87 | AVX))];
  for (const whole of [none, avx]) {
    assert.deepEqual(part(whole, 0, 24), all(0xa5, 24));
    assert.deepEqual(part(whole, 160, 416), all(0, 256));
    assert.deepEqual(part(whole, 416, 512), all(0xa5, 96), "the software's");
  }
  assert.deepEqual(part(none, 24, 28), [0x80, 0x1f, 0, 0]);
  assert.deepEqual(part(avx, 24, 28), all(0xa5, 4));
});

test("the same state is equal whether the CPU counts a component in its initial state as in use or not", () => {
  const counted = wholeXsave(area(0));
  counted[512] = X87 | SSE;
  assert.notDeepEqual(counted, area(0));
  assert.deepEqual(comparableXsave(counted), comparableXsave(area(0)));
});
