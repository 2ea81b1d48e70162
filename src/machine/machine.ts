// machine.ts: what every machine can do. A machine executes guest code and returns exits; it never acts on them.
import type { AddressSpace } from "./address-space.js";
import type { MachineState } from "./machine-state.js";
import type { GuestMemory } from "./memory.js";
import type { PageRange } from "./page-ranges.js";

export type MachineKind = "kvm" | "process";

/** General registers of a guest, as the manuals name them. All 64-bit. */
export interface Registers {
  rax: bigint;
  rbx: bigint;
  rcx: bigint;
  rdx: bigint;
  rsi: bigint;
  rdi: bigint;
  rsp: bigint;
  rbp: bigint;
  r8: bigint;
  r9: bigint;
  r10: bigint;
  r11: bigint;
  r12: bigint;
  r13: bigint;
  r14: bigint;
  r15: bigint;
  rip: bigint;
  rflags: bigint;
  fsBase: bigint;
  gsBase: bigint;
}

/** Why the guest stopped. */
export type Exit =
  /** `out` to a port that the machine lets through. `argument` is eax, unsigned. */
  | { readonly kind: "hypercall"; readonly port: number; readonly argument: number }
  /** `in`, a string or a narrow `out` on such a port: no hypercall, a misdeed. */
  | { readonly kind: "port"; readonly port: number; readonly direction: "in" | "out"; readonly size: number }
  /** A CPU exception at CPL 3, before the guest's own handler saw it. `address` is cr2 for #PF, else 0. */
  | {
      readonly kind: "exception";
      readonly vector: number;
      readonly errorCode: number;
      readonly address: bigint;
      /** What else the machine knows, for the report. */
      readonly detail?: string;
    }
  /** The deadline passed, or a signal or `interrupt()` came. */
  | { readonly kind: "interrupted" }
  /** The machine itself gave up: nobody's misdeed, nothing to be resumed. */
  | { readonly kind: "failed"; readonly detail: string };

/** A running or resumable guest CPU with its memory. Owned by one monitor; `close` gives everything back. */
export interface Machine {
  readonly kind: MachineKind;
  readonly memory: GuestMemory;
  /** Pages of its own in guest memory whose content it sees to itself: what is put back behind a request need not be they. */
  readonly ownPages: readonly PageRange[];
  /**
   * Executes guest code until the next exit.
   *
   * @param deadline on the clock of `performance.now()`, ms: the run is interrupted when it passes
   */
  run(deadline: number): Exit;
  /** The guest's own view: after an exception, the registers at the instruction that raised it. */
  readRegisters(): Registers;
  /** What the guest goes on with, at CPL 3. */
  writeRegisters(registers: Registers): void;
  /** Makes the current or the next `run` return at once, with `interrupted`. */
  interrupt(): void;
  /** Called when a row of runs is over and the caller turns to other things: gives back what is held only for speed. */
  rest(): void;
  /**
   * Everything about the guest's CPU that is not memory, as it is behind the last exit: registers, segments, FPU, SSE and AVX.
   * Not the time-stamp counter: that goes on whatever is put back.
   */
  saveState(): MachineState;
  /**
   * Puts a state back that this machine, or another one of the same host and AddressSpace, saved. On a new machine the
   * time-stamp counter goes on from where that of the other one is by now.
   */
  restoreState(state: MachineState): void;
  /**
   * Pages that may hold anything but zeros: what the guest and the monitor touched, swapped out or not. Memory that comes in huge
   * pages counts by huge pages until `trackPages`.
   *
   * @param within where to look, all of memory unless given; others may be told of, too
   */
  touchedRanges(within?: readonly PageRange[]): readonly PageRange[];
  /** Memory that is touched from now on comes in pages of 4 KiB, so that `touchedRanges` says no more than it must. */
  trackPages(): void;
  /** Has a run of whole pages be there, where the kernel can do that: for who is about to write all of them. */
  populatePages(start: number, end: number): void;
  /** Gives a run of whole pages back to the kernel: zeros from then on. */
  dropPages(start: number, end: number): void;
  /** Bytes of guest memory that are resident: what the guest and the monitor touched. */
  touchedBytes(): number;
  /** CPU time that the guest used outside the calling thread, ms: 0 where that thread itself executes it. */
  guestCpuTime(): number;
  /** Gives back memory and descriptors; nothing may be asked of the machine from the call on. A second call does nothing. */
  close(): Promise<void>;
}

/** Makes machines of one kind. Opened once, used for many. */
export interface MachineHost {
  readonly kind: MachineKind;
  /** The guest's time-stamp counter, Hz. */
  readonly tscHz: number;
  create(space: AddressSpace): Machine;
  close(): void;
}
