// fake-machine.fixture.ts: a machine without a CPU, for tests of what is done in a guest's stead: memory, and registers to set.
import type { AddressSpace } from "./address-space.js";
import { INITIAL_REGISTERS } from "./initial-registers.js";
import type { Exit, Machine, Registers } from "./machine.js";
import type { MachineState } from "./machine-state.js";
import { GuestMemory } from "./memory.js";
import type { PageRange } from "./page-ranges.js";

export const RODATA = 0x10_0000;
export const CODE = 0x10_1000;
export const DATA = 0x10_2000;
export const MEMORY_BYTES = 0x11_0000;

export const fakeSpace: AddressSpace = {
  memoryBytes: MEMORY_BYTES,
  regions: [
    { start: RODATA, end: CODE, permissions: "r" },
    { start: CODE, end: DATA, permissions: "rx" },
    { start: DATA, end: MEMORY_BYTES, permissions: "rw" },
  ],
};

/** All zeros but rip and rsp. */
export const fakeRegisters: Registers = {
  ...INITIAL_REGISTERS,
  rip: BigInt(CODE),
  rsp: BigInt(MEMORY_BYTES - 0x100),
};

export class FakeMachine implements Machine {
  readonly kind = "kvm" as const;
  readonly memory: GuestMemory;
  readonly ownPages = [];
  registers: Registers = { ...fakeRegisters };
  /** How often registers were written. */
  writes = 0;

  constructor(bytes = new Uint8Array(MEMORY_BYTES)) {
    this.memory = new GuestMemory(bytes, fakeSpace);
  }

  readRegisters(): Registers {
    return { ...this.registers };
  }

  writeRegisters(registers: Registers): void {
    this.registers = { ...registers };
    this.writes++;
  }

  run(): Exit {
    throw new Error("a fake machine runs nothing");
  }

  saveState(): MachineState {
    return { kind: this.kind, parts: new Map() };
  }

  restoreState(): void {}

  touchedRanges(): PageRange[] {
    return [{ start: 0, end: this.memory.size }];
  }

  trackPages(): void {}

  populatePages(): void {}

  dropPages(start: number, end: number): void {
    this.memory.bytes.fill(0, start, end);
  }

  interrupt(): void {}

  rest(): void {}

  guestCpuTime(): number {
    return 0;
  }

  touchedBytes(): number {
    return 0;
  }

  async close(): Promise<void> {}
}
