// privileged.test.ts: what is done in a guest's stead, instruction by instruction; and that no instruction can do more.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CODE, DATA, FakeMachine, fakeRegisters, MEMORY_BYTES } from "./fake-machine.fixture.js";
import { GuestFault } from "./guest-fault.js";
import type { Registers } from "./machine.js";
import { Privileged } from "./privileged.js";

const GENERAL_PROTECTION = { kind: "exception", vector: 13, errorCode: 0, address: 0n } as const;
const STACK = Number(fakeRegisters.rsp);

/** A guest that stands at an instruction that raised #GP. */
function guest(code: readonly number[], registers: Partial<Registers> = {}) {
  const machine = new FakeMachine();
  machine.memory.bytes.set(code, CODE);
  machine.registers = { ...fakeRegisters, ...registers };
  const privileged = new Privileged();
  return {
    machine,
    privileged,
    view: new DataView(machine.memory.bytes.buffer),
    raise: (exit: Parameters<Privileged["handle"]>[1] = GENERAL_PROTECTION) =>
      privileged.handle(machine, exit),
  };
}

const FS_BASE = 0xc000_0100n;
const GS_BASE = 0xc000_0101n;
const KERNEL_GS_BASE = 0xc000_0102n;

/** Instructions that only change registers. */
const effects: readonly [
  name: string,
  code: readonly number[],
  before: Partial<Registers>,
  after: Partial<Registers>,
][] = [
  ["cli", [0xfa], {}, {}],
  ["sti", [0xfb], {}, {}],
  ["wbinvd", [0x0f, 0x09], {}, {}],
  ["lldt", [0x0f, 0x00, 0xd0], {}, {}],
  ["invlpg", [0x0f, 0x01, 0x38], { rax: 0x1234n }, {}],
  ["mov to a segment register", [0x8e, 0xd0], { rax: 0x10n }, {}],
  ["wrmsr FS_BASE", [0x0f, 0x30], { rcx: FS_BASE, rax: 0x2345n, rdx: 0x1n }, { fsBase: 0x1_0000_2345n }],
  [
    "wrmsr FS_BASE",
    [0x0f, 0x30],
    { rcx: 0xffff_ffff_c000_0100n, rax: 0xffff_ffff_0000_1000n, rdx: 0xffff_ffff_0000_0000n },
    { fsBase: 0x1000n },
  ],
  [
    "wrmsr GS_BASE",
    [0x0f, 0x30],
    { rcx: GS_BASE, rax: 0n, rdx: 0xffff_8000n },
    { gsBase: 0xffff_8000_0000_0000n },
  ],
  ["rdmsr", [0x0f, 0x32], { rcx: FS_BASE, fsBase: 0x5_0000_0007n, rax: ~0n & 0xffffn }, { rax: 7n, rdx: 5n }],
  ["rdmsr", [0x0f, 0x32], { rcx: KERNEL_GS_BASE, rax: 1n, rdx: 1n }, { rax: 0n, rdx: 0n }],
  ["swapgs", [0x0f, 0x01, 0xf8], { gsBase: 0x77n }, { gsBase: 0n }],
  ["mov from cr0", [0x0f, 0x20, 0xc3], {}, { rbx: 0x8005_0033n }],
  ["mov from cr2", [0x41, 0x0f, 0x20, 0xd7], {}, { r15: 0n }],
  ["mov from cr4", [0x0f, 0x20, 0xe0], {}, { rax: 0x620n }],
  ["mov to cr2", [0x0f, 0x22, 0xd0], { rax: 0x99n }, {}],
];

for (const [name, code, before, after] of effects) {
  test(`${name} (${Buffer.from(code).toString("hex")}) changes what it should and goes on behind itself`, () => {
    const { machine, privileged, raise } = guest(code, before);
    raise();
    const expected = { ...fakeRegisters, ...before, ...after, rip: BigInt(CODE + code.length) };
    assert.deepEqual(machine.registers, expected);
    assert.deepEqual([...privileged.traps], [[name, 1]]);
  });
}

test("swapgs exchanges with what wrmsr put into KERNEL_GS_BASE", () => {
  const { machine, raise } = guest([0x0f, 0x30, 0x0f, 0x01, 0xf8, 0x0f, 0x01, 0xf8], {
    rcx: KERNEL_GS_BASE,
    rax: 0x5000n,
    gsBase: 0x6000n,
  });
  raise();
  raise();
  assert.equal(machine.registers.gsBase, 0x5000n);
  raise();
  assert.equal(machine.registers.gsBase, 0x6000n);
});

test("iretq takes rip, flags and rsp from the stack, and only flags that a user may set", () => {
  const { machine, view, raise } = guest([0x48, 0xcf]);
  [BigInt(CODE + 0x80), 0x08n, 0xffff_ffffn, 0x4444n, 0x10n].forEach((value, i) => {
    view.setBigUint64(STACK + i * 8, value, true);
  });
  raise();
  assert.equal(machine.registers.rip, BigInt(CODE + 0x80));
  assert.equal(machine.registers.rsp, 0x4444n);
  assert.equal(machine.registers.rflags, 0x250dd7n);
  const [iopl, interrupts, nestedTask, virtual8086] = [0x3000n, 0x200n, 0x4000n, 0x20000n];
  assert.equal(machine.registers.rflags & (iopl | interrupts | nestedTask | virtual8086), 0n);
});

test("far returns take rip, of their width, and pop two words", () => {
  for (const [code, words, target] of [
    [[0x48, 0xcb], 16n, 0x1_0000_1000n],
    [[0xcb], 8n, 0x1000n],
  ] as const) {
    const { machine, view, raise } = guest(code);
    view.setBigUint64(STACK, 0x1_0000_1000n, true);
    raise();
    assert.equal(machine.registers.rip, target);
    assert.equal(machine.registers.rsp, fakeRegisters.rsp + words);
  }
});

test("int n enters the guest's own gate, with the address behind it", () => {
  const { machine, view, raise } = guest([0x0f, 0x01, 0x18, 0xcd, 0x80], { rax: BigInt(DATA) });
  view.setUint16(DATA, 0xfff, true);
  view.setBigUint64(DATA + 2, BigInt(DATA + 0x1000), true);
  const gate = DATA + 0x1000 + 0x80 * 16;
  view.setBigUint64(
    gate,
    0x8e00_0008_0000n | BigInt((CODE + 0x100) & 0xffff) | (BigInt(CODE >> 16) << 48n),
    true,
  );
  view.setUint8(gate + 4, 0);
  view.setUint8(gate + 5, 0x8e);
  raise();
  raise();
  assert.equal(machine.registers.rip, BigInt(CODE + 0x100));
  assert.equal(view.getBigUint64(Number(machine.registers.rsp), true), BigInt(CODE + 5));
});

test("a page fault's address is what mov from cr2 gives afterwards", () => {
  const { machine, raise } = guest([0x0f, 0x20, 0xd0]);
  assert.throws(() => raise({ kind: "exception", vector: 14, errorCode: 4, address: 0x1234n }), GuestFault);
  raise();
  assert.equal(machine.registers.rax, 0x1234n);
});

const refused: readonly [
  name: string,
  code: readonly number[],
  reason: string,
  registers?: Partial<Registers>,
][] = [
  ["hlt", [0xf4], "privileged-instruction"],
  ["mov to cr0", [0x0f, 0x22, 0xc0], "privileged-instruction"],
  ["mov to cr3", [0x0f, 0x22, 0xd8], "privileged-instruction"],
  ["mov to cr4", [0x0f, 0x22, 0xe0], "privileged-instruction"],
  ["out to another port", [0xef], "bad-hypercall", { rdx: 0x80n }],
  ["out to an immediate port", [0xe7, 0x80], "bad-hypercall"],
  ["in", [0xec], "bad-hypercall", { rdx: 0x60n }],
  ["rep outsb", [0xf3, 0x6e], "bad-hypercall", { rdx: 0x3f8n }],
  ["wrmsr of another register", [0x0f, 0x30], "exception", { rcx: 0xc000_0080n }],
  ["wrmsr of a base that is not canonical", [0x0f, 0x30], "exception", { rcx: FS_BASE, rdx: 0x8000n }],
  ["rdmsr of another register", [0x0f, 0x32], "exception", { rcx: 0x1bn }],
  ["mov from cr3", [0x0f, 0x20, 0xd8], "exception"],
  ["mov from cr8", [0x44, 0x0f, 0x20, 0xc0], "exception"],
  ["xsetbv", [0x0f, 0x01, 0xd1], "exception"],
  ["iretd", [0xcf], "exception"],
  ["iretq to an address that is not canonical", [0x48, 0xcf], "exception", { rsp: BigInt(DATA) }],
  ["iretq from the monitor's pages", [0x48, 0xcf], "bad-pointer", { rsp: 0x1000n }],
  ["lret from nowhere", [0x48, 0xcb], "bad-pointer", { rsp: 2n ** 64n - 8n }],
  ["lidt from the monitor's pages", [0x0f, 0x01, 0x18], "bad-pointer", { rax: 0x1000n }],
  ["ltr from behind the end", [0x0f, 0x00, 0x18], "bad-pointer", { rax: BigInt(MEMORY_BYTES - 1) }],
  ["any other instruction", [0x0f, 0x0b], "exception"],
];

for (const [name, code, reason, registers] of refused) {
  test(`${name} ends the guest: ${reason}`, () => {
    const { machine, view, raise } = guest(code, registers);
    view.setBigUint64(DATA, 1n << 50n, true);
    assert.throws(raise, { name: "GuestFault", reason });
    assert.equal(machine.writes, 0);
  });
}

test("any bytes at any registers: only GuestFault escapes, and only writable memory is written", () => {
  const bytes = new Uint8Array(MEMORY_BYTES);
  const zeros = Buffer.alloc(DATA);
  const edges = [
    0n,
    8n,
    0x1000n,
    BigInt(CODE),
    BigInt(DATA),
    BigInt(DATA + 0x1000),
    BigInt(MEMORY_BYTES - 8),
  ];
  const value = fc.oneof(
    fc.constantFrom(...edges, FS_BASE, GS_BASE, KERNEL_GS_BASE, 2n ** 47n, 2n ** 63n, 2n ** 64n - 1n),
    fc.bigInt({ min: BigInt(DATA), max: BigInt(MEMORY_BYTES) }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  const opcodes = fc.constantFrom(
    [0x0f, 0x00],
    [0x0f, 0x01],
    [0x0f, 0x20],
    [0x0f, 0x22],
    [0x0f, 0x30],
    [0x0f, 0x32],
  );
  const short = fc.constantFrom(
    [0xcf],
    [0x48, 0xcf],
    [0xcb],
    [0x48, 0xcb],
    [0xcd],
    [0x8e],
    [0xef],
    [0x6f],
    [0x64],
  );
  const code = fc
    .tuple(fc.oneof(opcodes, short, fc.constant([])), fc.array(fc.nat(255), { maxLength: 14 }))
    .map(([opcode, rest]) => [...opcode, ...rest]);
  const names = Object.keys(fakeRegisters) as (keyof Registers)[];
  const some = fc.array(value, { minLength: names.length, maxLength: names.length });
  const at = fc.oneof({ weight: 8, arbitrary: fc.constant(BigInt(CODE)) }, { weight: 1, arbitrary: value });
  const property = fc.property(
    fc.array(fc.tuple(code, some, at, fc.constantFrom(13, 13, 13, 14, 6, 3)), { minLength: 1, maxLength: 4 }),
    fc.uint8Array({ minLength: 64, maxLength: 64 }),
    (steps, data) => {
      bytes.fill(0);
      for (let to = DATA; to < MEMORY_BYTES; to += 64) bytes.set(data, to);
      const machine = new FakeMachine(bytes);
      const privileged = new Privileged();
      for (const [instruction, values, rip, vector] of steps) {
        bytes.set(instruction, CODE);
        machine.registers = Object.fromEntries(
          names.map((name, i) => [name, values[i]]),
        ) as unknown as Registers;
        machine.registers.rip = rip;
        try {
          privileged.handle(machine, { kind: "exception", vector, errorCode: 4, address: values[0]! });
        } catch (error) {
          if (!(error instanceof GuestFault)) throw error;
        }
        for (const name of names) {
          const now = machine.registers[name];
          assert.ok(now >= 0n && now < 2n ** 64n, `${name} is 0x${now.toString(16)}`);
        }
        bytes.fill(0, CODE, CODE + instruction.length);
      }
      assert.ok(Buffer.from(bytes.buffer, 0, DATA).equals(zeros));
    },
  );
  fc.assert(property, { numRuns: 1500, seed: 5 });
});

test("what a guest changed at ring 0 is put back, and goes to another guest of the same kind", () => {
  const first = guest([0x0f, 0x22, 0xd0], { rax: 0x1234n }); // mov %rax, %cr2
  first.raise();
  const saved = first.privileged.saveState();
  first.machine.registers = { ...fakeRegisters, rax: 0x9999n };
  first.raise();
  const readsCr2 = [0x0f, 0x20, 0xd0]; // mov %cr2, %rax
  for (const { machine, privileged, raise } of [first, guest(readsCr2)]) {
    privileged.restoreState(saved);
    machine.memory.bytes.set(readsCr2, CODE);
    machine.registers = { ...fakeRegisters };
    raise();
    assert.equal(machine.registers.rax, 0x1234n);
  }
});
