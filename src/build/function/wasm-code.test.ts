// wasm-code.test.ts: bodies keep their instructions and refer to new places; what is not understood is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { relocate } from "./wasm-code.js";
import { workOut } from "./wasm-constant.js";

const NO_LOCALS = 0;
const END = 0x0b;

const relocation = {
  functions: [300, 7],
  types: [5, 200],
  globals: [{ index: 3 }, { value: 4096 }, { value: 0xffff_fff0 }],
};

function relocated(...code: number[]): number[] {
  return [...relocate(Uint8Array.of(NO_LOCALS, ...code, END), relocation)].slice(1, -1);
}

test("calls go to a function's new index, whatever its length", () => {
  assert.deepEqual(relocated(0x10, 0, 0x10, 1), [0x10, 0xac, 0x02, 0x10, 7]);
  // An index may be written longer than it needs to be, for linkers to fill in.
  assert.deepEqual(relocated(0x10, 0x81, 0x80, 0x80, 0x80, 0), [0x10, 7]);
});

test("calls through the table and blocks get their type's new index", () => {
  assert.deepEqual(relocated(0x11, 1, 0x80, 0), [0x11, 0xc8, 0x01, 0]);
  assert.deepEqual(relocated(0x02, 1, END), [0x02, 0xc8, 0x01, END]);
  assert.deepEqual(relocated(0x03, 0x40, END, 0x04, 0x7f, END), [0x03, 0x40, END, 0x04, 0x7f, END]);
});

test("a global is another one, or a number", () => {
  assert.deepEqual(relocated(0x23, 0, 0x24, 0), [0x23, 3, 0x24, 3]);
  assert.deepEqual(relocated(0x23, 1, 0x23, 2), [0x41, 0x80, 0x20, 0x41, 0x70]);
  assert.throws(() => relocated(0x24, 1), { code: "BUILD_FAILED", message: /assignment to a global/ });
});

test("what looks like an instruction inside another is left alone", () => {
  const untouched = [
    [0x41, 0x90, 0x80, 0x10],
    [0x42, 0x90, 0x10],
    [0x43, 0x10, 0, 0x10, 0],
    [0x44, 0x10, 0, 0x10, 0, 0x23, 1, 0x23, 1],
    [0x28, 2, 0x10],
    [0x0e, 2, 0x10, 0, 0x10],
    [0xfc, 10, 0, 0],
    [0xfc, 11, 0],
    [0xfc, 6],
    [0x1c, 1, 0x7f],
  ];
  for (const code of untouched) assert.deepEqual(relocated(...code), code);
});

test("an instruction that nobody knows is refused", () => {
  for (const code of [
    [0x25, 0],
    [0xd2, 0],
    [0xfc, 8, 0, 0],
    [0xfd, 12],
  ])
    assert.throws(() => relocated(...code), { code: "BUILD_FAILED", message: /got op(?:code|eration) \d+/ });
});

test("workOut adds constants and globals, and does what a start function does", () => {
  assert.equal(workOut(Uint8Array.of(0x23, 0, 0x41, 0x7f, 0x6a, END), [100]), 99);
  const globals: (number | undefined)[] = [1000, undefined];
  // global 1 = global 0 + 24; then 8 bytes of zeros there.
  const start = [0x23, 0, 0x41, 24, 0x6a, 0x24, 1, 0x23, 1, 0x41, 0, 0x41, 8, 0xfc, 11, 0, END];
  assert.equal(workOut(Uint8Array.from(start), globals), undefined);
  assert.deepEqual(globals, [1000, 1024]);
});

test("workOut refuses what it cannot know", () => {
  const refused = (code: number[], message: RegExp) =>
    assert.throws(() => workOut(Uint8Array.of(...code, END), [undefined]), { code: "BUILD_FAILED", message });
  refused([0x23, 0], /depends on global 0/);
  refused([0x10, 0], /opcode 16/);
  refused([0x6a], /without a value/);
  refused([0x41, 0, 0x41, 1, 0x41, 8, 0xfc, 11, 0], /fills memory with 1/);
});
