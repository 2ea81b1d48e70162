// instruction.test.ts: bytes and what they mean, checked against an assembler's listing; any other bytes do no harm.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fakeRegisters } from "./fake-machine.fixture.js";
import { decode, type Instruction } from "./instruction.js";
import type { Registers } from "./machine.js";

const registers: Registers = {
  ...fakeRegisters,
  rip: 0x10_1000n,
  rax: 0x1000n,
  rcx: 0x20n,
  rbx: 0x2000n,
  rsp: 0x3000n,
  rbp: 0x4000n,
  r8: 0x8000n,
  r12: 0xc000n,
  r13: 0xd000n,
  fsBase: 0x70_0000n,
  gsBase: 0x80_0000n,
};

const cases: readonly [text: string, code: readonly number[], expected: Partial<Instruction>][] = [
  ["hlt", [0xf4], { opcode: 0xf4, length: 1 }],
  ["cli", [0xfa], { opcode: 0xfa, length: 1 }],
  ["wbinvd", [0x0f, 0x09], { opcode: 0x0f09, length: 2 }],
  ["wrmsr", [0x0f, 0x30], { opcode: 0x0f30, length: 2 }],
  ["iretq", [0x48, 0xcf], { opcode: 0xcf, length: 2, wide: true }],
  ["iretd", [0xcf], { opcode: 0xcf, length: 1, wide: false }],
  ["lretq", [0x48, 0xcb], { opcode: 0xcb, length: 2, wide: true }],
  ["int $0x80", [0xcd, 0x80], { opcode: 0xcd, length: 2, immediate: 0x80 }],
  ["in $0x60, %al", [0xe4, 0x60], { opcode: 0xe4, length: 2, immediate: 0x60 }],
  ["out %eax, (%dx)", [0xef], { opcode: 0xef, length: 1 }],
  ["rep outsb", [0xf3, 0x6e], { opcode: 0x6e, length: 2 }],
  ["mov %cr2, %rax", [0x0f, 0x20, 0xd0], { opcode: 0x0f20, length: 3, reg: 2, rm: 0, address: undefined }],
  ["mov %cr2, %r9", [0x41, 0x0f, 0x20, 0xd1], { opcode: 0x0f20, length: 4, reg: 2, rm: 9 }],
  ["mov %cr8, %rax", [0x44, 0x0f, 0x20, 0xc0], { opcode: 0x0f20, length: 4, reg: 8, rm: 0 }],
  // Intel SDM vol. 2: mod is ignored there.
  ["mov %cr2, %rax with mod 0", [0x0f, 0x20, 0x10], { length: 3, reg: 2, rm: 0, address: undefined }],
  ["mov %rax, %cr3", [0x0f, 0x22, 0xd8], { opcode: 0x0f22, length: 3, reg: 3, rm: 0 }],
  ["mov %eax, %ss", [0x8e, 0xd0], { opcode: 0x8e, length: 2, reg: 2, rm: 0, address: undefined }],
  ["mov %r8d, %ss", [0x41, 0x8e, 0xd0], { length: 3, reg: 2, rm: 8 }],
  ["swapgs", [0x0f, 0x01, 0xf8], { opcode: 0x0f01, length: 3, reg: 7, rm: 0, address: undefined }],
  ["ltr %ax", [0x0f, 0x00, 0xd8], { opcode: 0x0f00, length: 3, reg: 3, rm: 0 }],
  ["lidt (%rax)", [0x0f, 0x01, 0x18], { length: 3, reg: 3, address: 0x1000n }],
  ["lidt (%r8)", [0x41, 0x0f, 0x01, 0x18], { length: 4, reg: 3, address: 0x8000n }],
  ["lidt (%rsp)", [0x0f, 0x01, 0x1c, 0x24], { length: 4, address: 0x3000n }],
  ["lidt (%r12)", [0x41, 0x0f, 0x01, 0x1c, 0x24], { length: 5, address: 0xc000n }],
  ["lidt 8(%rax)", [0x0f, 0x01, 0x58, 0x08], { length: 4, address: 0x1008n }],
  ["lidt -8(%rbp)", [0x0f, 0x01, 0x5d, 0xf8], { length: 4, address: 0x3ff8n }],
  ["lidt 0(%r13)", [0x41, 0x0f, 0x01, 0x5d, 0x00], { length: 5, address: 0xd000n }],
  ["lidt 0x12345(%rbx)", [0x0f, 0x01, 0x9b, 0x45, 0x23, 0x01, 0x00], { length: 7, address: 0x1_4345n }],
  ["lidt (%rax,%rcx,4)", [0x0f, 0x01, 0x1c, 0x88], { length: 4, address: 0x1080n }],
  ["lidt 16(%rax,%rcx,8)", [0x0f, 0x01, 0x5c, 0xc8, 0x10], { length: 5, address: 0x1110n }],
  ["lidt (%rax,%r12,1)", [0x42, 0x0f, 0x01, 0x1c, 0x20], { length: 5, address: 0xd000n }],
  ["lidt 0x102000", [0x0f, 0x01, 0x1c, 0x25, 0x00, 0x20, 0x10, 0x00], { length: 8, address: 0x10_2000n }],
  ["lidt 8(,%rcx,4)", [0x0f, 0x01, 0x1c, 0x8d, 8, 0, 0, 0], { length: 8, address: 0x88n }],
  // The displacement counts from the next instruction.
  ["lidt 0x10(%rip)", [0x0f, 0x01, 0x1d, 0x10, 0, 0, 0], { length: 7, address: 0x10_1017n }],
  ["lidt -7(%rip)", [0x0f, 0x01, 0x1d, 0xf9, 0xff, 0xff, 0xff], { length: 7, address: 0x10_1000n }],
  ["lidt %fs:(%rax)", [0x64, 0x0f, 0x01, 0x18], { length: 4, address: 0x70_1000n }],
  ["lidt %gs:(%rax)", [0x65, 0x0f, 0x01, 0x18], { length: 4, address: 0x80_1000n }],
  ["lidt %ds:(%rax), whose prefix says nothing", [0x3e, 0x0f, 0x01, 0x18], { length: 4, address: 0x1000n }],
  [
    "lidt -1 wraps around within 64 bits",
    [0x0f, 0x01, 0x1c, 0x25, 0xff, 0xff, 0xff, 0xff],
    { length: 8, address: 2n ** 64n - 1n },
  ],
];

for (const [text, code, expected] of cases) {
  test(`decode understands ${text}`, () => {
    const instruction = decode(Uint8Array.from([...code, 0x90, 0x90, 0x90]), registers);
    assert.ok(instruction !== undefined);
    for (const [field, value] of Object.entries(expected))
      assert.equal(instruction[field as keyof Instruction], value, field);
  });

  test(`decode gives nothing when ${text} is cut short`, () => {
    for (let length = 0; length < code.length; length++)
      assert.equal(decode(Uint8Array.from(code.slice(0, length)), registers), undefined);
  });
}

test("any bytes are decoded to something that lies within them, or to nothing", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 15 }), (code) => {
    const instruction = decode(code, registers);
    if (instruction === undefined) return;
    assert.ok(instruction.length > 0 && instruction.length <= code.length);
    assert.ok(instruction.reg < 16 && instruction.rm < 16);
    const { address = 0n } = instruction;
    assert.ok(address >= 0n && address < 2n ** 64n);
  });
  fc.assert(property, { numRuns: 5000, seed: 3 });
});
