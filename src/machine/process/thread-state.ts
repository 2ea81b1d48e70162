// thread-state.ts: everything that the kernel keeps of a guest's thread in its vessel: registers, segments, FPU, SSE and AVX.
import type { MachineState } from "../machine-state.js";
import { comparableXsave } from "../xsave-area.js";

/** A stopped vessel. The time-stamp counter is the host's own: nothing is kept of it. */
export class ThreadState implements MachineState {
  readonly kind = "process";
  /** A `user_regs_struct`. */
  readonly registers: Uint8Array;
  /** An XSAVE area. */
  readonly xstate: Uint8Array;

  constructor(registers: Uint8Array, xstate: Uint8Array) {
    this.registers = registers;
    this.xstate = xstate;
  }

  get parts(): ReadonlyMap<string, Uint8Array> {
    return new Map([
      ["registers", this.registers],
      ["xstate", comparableXsave(this.xstate)],
    ]);
  }
}
