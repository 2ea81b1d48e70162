// machine-case.fixture.ts: the guest that the machines' cases run: a page of code, the rest data, every register known.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AddressSpace } from "./address-space.js";
import { INITIAL_REGISTERS } from "./initial-registers.js";
import type { Exit, Machine, MachineHost, Registers } from "./machine.js";

export const CODE = 0x100000;
export const DATA = 0x101000;
export const MEMORY_BYTES = 4 << 20;

export const space: AddressSpace = {
  memoryBytes: MEMORY_BYTES,
  regions: [
    { start: CODE, end: DATA, permissions: "rx" },
    { start: DATA, end: MEMORY_BYTES, permissions: "rw" },
  ],
};

export const OUT_TO_PUTS = [0x66, 0xba, 0x02, 0x05, 0xef]; // mov $0x502, %dx; out %eax, (%dx)
export const LOOP = [0xeb, 0xfe]; // jmp .
export const soon = (): number => performance.now() + 5000;

/** Where an instruction's operand lies, as its last four bytes. */
export const at = (address: number): number[] => [...new Uint8Array(Uint32Array.of(address).buffer)];
/** The exit by OUT_TO_PUTS with this in eax. */
export const hypercall = (argument: number): Exit => ({ kind: "hypercall", port: 0x502, argument });

export const START: Registers = {
  ...INITIAL_REGISTERS,
  rip: BigInt(CODE),
  rsp: BigInt(MEMORY_BYTES - 8),
};

/** Registers one case: code at CODE, and what to check of a machine that is about to execute it; `unfit`: why this CPU cannot. */
export type DefineCase = (
  name: string,
  code: readonly number[],
  body: (machine: Machine, host: MachineHost) => void | Promise<void>,
  unfit?: string | false,
) => void;

/** Cases of one kind of machine. `skip` is the reason why it cannot be opened here. */
export function casesOf(kind: string, open: () => MachineHost, skip: string | false): DefineCase {
  return (name, code, body, unfit = false) => {
    test(`${kind}: ${name}`, { skip: skip || unfit }, async () => {
      const host = open();
      const machine = host.create(space);
      try {
        machine.memory.bytes.set(code, CODE);
        machine.writeRegisters({ ...START });
        await body(machine, host);
      } finally {
        await machine.close();
        host.close();
      }
    });
  };
}

/** Runs until the next exit, which must be an exception. */
export function exception(machine: Machine): Extract<Exit, { kind: "exception" }> {
  const deadline = soon();
  let exit = machine.run(deadline);
  // A timer that was set for an earlier run fires before its time, and any signal ends a run.
  while (exit.kind === "interrupted" && performance.now() < deadline) exit = machine.run(deadline);
  assert.equal(
    exit.kind,
    "exception",
    JSON.stringify(exit, (_, v) => (typeof v === "bigint" ? `0x${v.toString(16)}` : v)),
  );
  return exit as Extract<Exit, { kind: "exception" }>;
}
