// exceptions.test.ts: how an exception enters the guest's handler, and what happens when there is none that can be entered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescriptorTables, exceptionName, isCanonical, reflect } from "./exceptions.js";
import { CODE, DATA, FakeMachine, MEMORY_BYTES, RODATA } from "./fake-machine.fixture.js";
import { GuestFault } from "./guest-fault.js";

const IDT = DATA;
const GDT = DATA + 0x2000;
const TSS = DATA + 0x3000;
const HANDLER = BigInt(CODE + 0x100);
const INTERRUPT_GATE = 0x8e;

interface Gate {
  readonly vector: number;
  readonly handler?: bigint;
  readonly ist?: number;
  readonly type?: number;
}

/** A machine whose guest has loaded an IDT with these gates. */
function guest(gates: readonly Gate[]): { machine: FakeMachine; tables: DescriptorTables } {
  const machine = new FakeMachine();
  const view = new DataView(machine.memory.bytes.buffer);
  for (const { vector, handler = HANDLER, ist = 0, type = INTERRUPT_GATE } of gates) {
    const at = IDT + vector * 16;
    view.setUint16(at, Number(handler & 0xffffn), true);
    view.setUint16(at + 2, 8, true);
    view.setUint8(at + 4, ist);
    view.setUint8(at + 5, type);
    view.setUint16(at + 6, Number((handler >> 16n) & 0xffffn), true);
    view.setUint32(at + 8, Number(handler >> 32n), true);
  }
  return { machine, tables: { idt: { base: BigInt(IDT), limit: 0xfff }, gdt: undefined, task: 0 } };
}

function stackWords(machine: FakeMachine, count: number): bigint[] {
  const view = new DataView(machine.memory.bytes.buffer);
  return Array.from({ length: count }, (_, i) =>
    view.getBigUint64(Number(machine.registers.rsp) + i * 8, true),
  );
}

/** A TSS whose IST n points to `stack`, in slot 5 of the guest's GDT. */
function loadTask(machine: FakeMachine, tables: DescriptorTables, ist: number, stack: bigint): void {
  const view = new DataView(machine.memory.bytes.buffer);
  const base = BigInt(TSS);
  view.setBigUint64(
    GDT + 40,
    0x0000_8900_0000_0067n | ((base & 0xff_ffffn) << 16n) | ((base >> 24n) << 56n),
    true,
  );
  view.setBigUint64(GDT + 48, base >> 32n, true);
  view.setBigUint64(TSS + 36 + (ist - 1) * 8, stack, true);
  tables.gdt = { base: BigInt(GDT), limit: 55 };
  tables.task = 40;
}

test("a handler is entered with the frame that a CPU pushes", () => {
  const { machine, tables } = guest([{ vector: 6 }]);
  const before = { ...machine.registers, rflags: 0x10302n, rsp: BigInt(MEMORY_BYTES - 0x103) };
  reflect(machine, tables, { vector: 6, errorCode: undefined }, before);
  const { rip, rsp, rflags } = machine.registers;
  assert.equal(rip, HANDLER);
  assert.equal(rsp % 16n, 8n, "five words below a multiple of 16");
  assert.equal(rflags & 0x100n, 0n, "the trap flag is off in the handler");
  assert.deepEqual(stackWords(machine, 5), [before.rip, 8n, 0x10302n, before.rsp, 16n]);
});

test("an error code lies below the frame", () => {
  const { machine, tables } = guest([{ vector: 14 }]);
  const before = machine.readRegisters();
  reflect(machine, tables, { vector: 14, errorCode: 6, address: 0x1234n }, before);
  assert.equal(machine.registers.rsp % 16n, 0n);
  assert.deepEqual(stackWords(machine, 2), [6n, before.rip]);
});

test("other registers stay as they were", () => {
  const { machine, tables } = guest([{ vector: 0 }]);
  const before = { ...machine.registers, rax: 7n, r15: 8n, fsBase: 9n };
  reflect(machine, tables, { vector: 0, errorCode: undefined }, before);
  assert.deepEqual({ ...machine.registers, rip: 0n, rsp: 0n }, { ...before, rip: 0n, rsp: 0n });
});

test("a gate with a stack of its own uses the one in the guest's TSS", () => {
  for (const ist of [1, 7]) {
    const { machine, tables } = guest([{ vector: 8, ist }]);
    loadTask(machine, tables, ist, BigInt(DATA + 0x5000));
    reflect(machine, tables, { vector: 8, errorCode: 0 }, machine.readRegisters());
    assert.equal(machine.registers.rsp, BigInt(DATA + 0x5000 - 48));
  }
});

test("without an IDT an exception ends the guest, with name, place and access", () => {
  const { machine } = guest([]);
  const none: DescriptorTables = { idt: undefined, gdt: undefined, task: 0 };
  const raise = (exception: Parameters<typeof reflect>[2]) => () =>
    reflect(machine, none, exception, machine.readRegisters());
  assert.throws(raise({ vector: 6, errorCode: undefined }), {
    reason: "exception",
    message: "#UD invalid opcode at 0x101000, and the guest has no handler",
    address: BigInt(CODE),
  });
  for (const [errorCode, access] of [
    [4, "read of"],
    [6, "write to"],
    [20, "execution of"],
  ] as const)
    assert.throws(raise({ vector: 14, errorCode, address: 0x42n }), {
      message: `#PF page fault at 0x101000: ${access} 0x42, and the guest has no handler`,
      address: 0x42n,
    });
});

const unusable: readonly [why: string, gate: Gate, limit?: number][] = [
  ["is not present", { vector: 6, type: 0x0e }],
  ["is no gate", { vector: 6, type: 0x8c }],
  ["lies behind the table's limit", { vector: 6 }, 6 * 16 + 14],
  ["points to no canonical address", { vector: 6, handler: 1n << 47n }],
  ["names a stack, and no task is loaded", { vector: 6, ist: 1 }],
];

for (const [why, gate, limit = 0xfff] of unusable) {
  test(`when the gate ${why}, the double fault's handler is entered instead`, () => {
    const { machine, tables } = guest([gate, { vector: 8, handler: HANDLER + 0x20n }]);
    // The limit that cuts off gate 6 cuts off gate 8, too.
    tables.idt = { base: BigInt(IDT), limit };
    const raise = () =>
      reflect(machine, tables, { vector: 6, errorCode: undefined }, machine.readRegisters());
    if (limit < 0xfff) return assert.throws(raise, { reason: "triple-fault" });
    raise();
    assert.equal(machine.registers.rip, HANDLER + 0x20n);
    assert.equal(stackWords(machine, 1)[0], 0n, "its error code is 0");
  });
}

test("when neither handler can be entered, that is a triple fault, and the registers are untouched", () => {
  const { machine, tables } = guest([]);
  assert.throws(
    () => reflect(machine, tables, { vector: 13, errorCode: 0 }, machine.readRegisters()),
    (error) => error instanceof GuestFault && error.reason === "triple-fault",
  );
  assert.equal(machine.writes, 0);
});

test("a frame never lands where the guest may not write", () => {
  for (const rsp of [
    0n,
    40n,
    0x1000n,
    BigInt(RODATA + 64),
    BigInt(CODE + 64),
    BigInt(MEMORY_BYTES + 64),
    2n ** 64n - 1n,
  ]) {
    const { machine, tables } = guest([{ vector: 6 }, { vector: 8 }]);
    const before = machine.memory.bytes.slice();
    assert.throws(
      () => reflect(machine, tables, { vector: 6, errorCode: undefined }, { ...machine.registers, rsp }),
      { reason: "triple-fault" },
    );
    assert.deepEqual(machine.memory.bytes, before);
  }
});

test("an IDT, a GDT or a TSS outside guest memory is a fault of the guest, not of the monitor", () => {
  const { machine, tables } = guest([{ vector: 6, ist: 1 }]);
  for (const base of [0n, 0x1000n, BigInt(MEMORY_BYTES) - 8n, 2n ** 64n - 16n]) {
    loadTask(machine, tables, 1, base);
    tables.gdt = { base, limit: 0xffff };
    const raise = () =>
      reflect(machine, tables, { vector: 6, errorCode: undefined }, machine.readRegisters());
    assert.throws(raise, { reason: "triple-fault" });
    tables.idt = { base, limit: 0xfff };
    assert.throws(raise, { reason: "triple-fault" });
    tables.idt = { base: BigInt(IDT), limit: 0xfff };
  }
});

test("canonical addresses are those whose high bits are alike", () => {
  for (const address of [0n, 2n ** 47n - 1n, 2n ** 64n - 2n ** 47n, 2n ** 64n - 1n])
    assert.equal(isCanonical(address), true, address.toString(16));
  for (const address of [2n ** 47n, 2n ** 63n, 2n ** 64n - 2n ** 47n - 1n])
    assert.equal(isCanonical(address), false, address.toString(16));
});

test("exceptions have the manuals' names, and others a number", () => {
  assert.equal(exceptionName(14), "#PF page fault");
  assert.equal(exceptionName(0x80), "exception 128");
});
