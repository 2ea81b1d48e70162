// page-fault.test.ts: the error code that ptrace does not tell, case by case.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageFaultErrorCode } from "./page-fault.js";

const regions = [
  { start: 0x10_0000, end: 0x10_1000, permissions: "rx" },
  { start: 0x10_1000, end: 0x10_2000, permissions: "r" },
  { start: 0x10_2000, end: 0x20_0000, permissions: "rw" },
] as const;
const RIP = 0x10_0ff0;
const RSP = 0x1f_0000;
const ABSENT = 0x7000_0000;

const codeOf = (address: number, code: number[], rip = RIP, rsp = RSP): number =>
  pageFaultErrorCode(regions, { address, rip, rsp, code: Uint8Array.from(code) });

test("a denied access inside guest memory is a write, whatever the instruction", () => {
  assert.equal(codeOf(0x10_1008, [0x0f, 0xff]), 7);
  assert.equal(codeOf(0x10_0008, [0x88, 0x00]), 7);
});

test("an access at the instruction itself is a fetch", () => {
  assert.equal(codeOf(0x10_2000, [], 0x10_2000), 0x15);
  assert.equal(codeOf(ABSENT, [], ABSENT), 0x14);
  assert.equal(
    codeOf(0x10_1000, [0xe8], 0x10_0fff),
    0x15,
    "an instruction that reaches over the end of text",
  );
});

test("a read of what is absent is a read", () => {
  for (const code of [
    [0x8b, 0x00],
    [0x48, 0x8b, 0x00],
    [0x38, 0x00],
    [0x80, 0x38, 0x01],
    [0x0f, 0x10, 0x00],
  ])
    assert.equal(codeOf(ABSENT, code), 4, code.toString());
});

test("a write to what is absent is known by its opcode, behind prefixes, too", () => {
  const stores = [
    [0x88, 0x00],
    [0x66, 0x89, 0x00],
    [0x48, 0xc7, 0x00, 0, 0, 0, 0],
    [0xf3, 0x48, 0xab],
    [0xf0, 0x83, 0x00, 0x01],
    [0x0f, 0x11, 0x00],
    [0x66, 0x0f, 0x7f, 0x00],
    [0xff, 0x00],
    [0xf7, 0x18],
    [0x0f, 0x94, 0x00],
  ];
  for (const code of stores) assert.equal(codeOf(ABSENT, code), 6, code.toString());
});

test("an access right below the stack pointer is a push", () => {
  assert.equal(codeOf(ABSENT - 8, [0x50], RIP, ABSENT), 6);
  assert.equal(codeOf(ABSENT - 9, [0x8b, 0x00], RIP, ABSENT), 4);
});
