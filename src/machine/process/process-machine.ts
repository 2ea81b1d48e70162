// process-machine.ts: one guest in one vessel, driven by ptrace. Returns exits; never acts on them.
import { processCpuTime } from "../../linux/process-clock.js";
import * as trace from "../../linux/ptrace.js";
import { decodeStatus, kill, reapInBackground, waitRaw } from "../../linux/wait.js";
import { type AddressSpace, PAGE_SIZE, type Region } from "../address-space.js";
import { isHypercallPort } from "../hypercall-ports.js";
import type { Exit, Machine, Registers } from "../machine.js";
import type { MachineState } from "../machine-state.js";
import { GuestMemory } from "../memory.js";
import type { PageRange } from "../page-ranges.js";
import type { ProcessHost } from "./host.js";
import { RegisterFile } from "./register-file.js";
import { sameCpu } from "./same-cpu.js";
import type { SharedMemory } from "./shared-memory.js";
import { exitOf, type Stop } from "./stops.js";
import { ThreadState } from "./thread-state.js";
import { startVessel } from "./vessel.js";
import { type PlacedPart, placeParts, vesselLayout } from "./vessel-layout.js";

const SIGSEGV = 11;
const SIGPROF = 27;
const OUT_EAX_DX = 0xef;
const INTERRUPTED: Exit = { kind: "interrupted" };

export class ProcessMachine implements Machine {
  readonly kind = "process";
  readonly memory: GuestMemory;
  readonly ownPages = [];
  /** The vessel's process id. */
  readonly pid: number;
  /** The namespaces of the vessel's own: CLONE_NEW… flags. */
  readonly namespaces: number;
  readonly #host: ProcessHost;
  readonly #shared: SharedMemory;
  readonly #registers = new RegisterFile();
  readonly #info = new Uint8Array(trace.SigInfo.size);
  readonly #regions: readonly Region[];
  readonly #code: readonly PlacedPart[];
  /** The processor that the vessel is kept on. */
  #cpu = -1;
  #isInterrupted = false;
  #cpuTime = 0;
  /** Why no guest is there any more. */
  #death: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(host: ProcessHost, space: AddressSpace) {
    this.#host = host;
    this.#regions = space.regions;
    const layout = vesselLayout(space);
    const { constants = [] } = space;
    const kept = constants.length > 0 ? host.constants.keep(constants) : undefined;
    this.#shared = host.memory.take(space.memoryBytes);
    try {
      const own = this.#shared.guest;
      const parts = placeParts(layout, own, kept?.bytes);
      const apart = parts.filter(({ isConstant }) => isConstant);
      this.memory = new GuestMemory(own, space, apart);
      this.#code = parts.filter(({ permissions }) => permissions === "rx");
      const vessel = startVessel(host.nursery, layout, this.#shared, kept);
      ({ pid: this.pid, namespaces: this.namespaces } = vessel);
      // The one page of constants that is each machine's own; only now, because the vessel's last instructions lay there.
      const { handOver } = layout;
      if (constants.some(({ start }) => start === handOver))
        own.set(kept!.bytes.subarray(handOver, handOver + PAGE_SIZE), handOver);
    } catch (error) {
      host.memory.giveBack(this.#shared);
      throw error;
    }
    trace.readUserRegs(this.pid, this.#registers.bytes);
  }

  run(deadline: number): Exit {
    for (;;) {
      if (this.#death !== undefined) return { kind: "failed", detail: this.#death };
      if (this.#isInterrupted || performance.now() >= deadline) {
        this.#isInterrupted = false;
        return INTERRUPTED;
      }
      const exit = this.#step();
      if (exit !== undefined) return exit;
    }
  }

  readRegisters(): Registers {
    return this.#registers.read();
  }

  writeRegisters(registers: Registers): void {
    this.#registers.write(registers);
  }

  saveState(): MachineState {
    return new ThreadState(this.#registers.bytes.slice(), trace.readXstate(this.pid));
  }

  restoreState(state: MachineState): void {
    if (!(state instanceof ThreadState))
      throw new Error(`restoreState: got a state of ${state.kind}, expected one of process`);
    this.#registers.bytes.set(state.registers);
    this.#registers.dirty = "all";
    // A vessel that was killed meanwhile has no state: the next run tells.
    trace.writeXstate(this.pid, state.xstate);
  }

  touchedRanges(within: readonly PageRange[] = [{ start: 0, end: this.memory.size }]): readonly PageRange[] {
    return this.#shared.touchedRanges(within);
  }

  /** Shared memory comes in pages of 4 KiB unless the host's administrator decided otherwise. */
  trackPages(): void {}

  populatePages(start: number, end: number): void {
    this.#shared.populate(start, end);
  }

  dropPages(start: number, end: number): void {
    this.#shared.drop(start, end);
  }

  interrupt(): void {
    this.#isInterrupted = true;
  }

  touchedBytes(): number {
    return this.#closing !== undefined ? 0 : this.#shared.residentBytes();
  }

  guestCpuTime(): number {
    // A vessel that is gone has no clock; what it showed last stays true.
    if (this.#death === undefined) this.#cpuTime = processCpuTime(this.pid);
    return this.#cpuTime;
  }

  rest(): void {
    sameCpu.leave();
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.rest();
    if (this.#death === undefined) {
      this.guestCpuTime();
      this.#death = "the machine is closed";
      kill(this.pid);
      await reapInBackground(this.pid);
    }
    // Only now does nobody else map the memory.
    this.#host.memory.giveBack(this.#shared);
  }

  /** Lets the guest run until the vessel stops; undefined when the stop was not of the guest's making. */
  #step(): Exit | undefined {
    const signal = this.#resumeAndWait();
    if (signal === SIGPROF || signal === undefined) return undefined;
    return (signal === SIGSEGV ? this.#hypercall() : undefined) ?? exitOf(this.#stop(signal));
  }

  /** The signal of the next stop; undefined when the vessel died. */
  #resumeAndWait(): number | undefined {
    this.#flush();
    this.#cpu = sameCpu.enter(this.pid, this.#cpu);
    // Not left to the filter alone: Linux 6.13 and later lets two system calls (uretprobe, uprobe) pass every filter.
    trace.resumeAsGuest(this.pid);
    const status = waitRaw(this.pid);
    const { stopSignal, killSignal } = decodeStatus(status);
    if (status === -1 || stopSignal === undefined) {
      this.#death = `the guest's process was ended from outside, by ${killSignal === undefined ? "nobody known" : `signal ${killSignal}`}`;
      return undefined;
    }
    // Killed while it was stopped: the registers are old, and the next wait tells how it ended.
    if (trace.readUserRegs(this.pid, this.#registers.bytes) === -1) return undefined;
    this.#registers.dirty = "none";
    return stopSignal;
  }

  #flush(): void {
    const registers = this.#registers;
    if (registers.dirty === "rip") trace.writeInstructionPointer(this.pid, registers.rip);
    if (registers.dirty === "all") trace.writeUserRegs(this.pid, registers.bytes);
    registers.dirty = "none";
  }

  /** The common case, without asking the kernel more: a bare `out %eax, (%dx)` in text cannot fault but as a hypercall. */
  #hypercall(): Exit | undefined {
    const registers = this.#registers;
    const rip = registers.rip;
    if (!registers.isLongMode || !isHypercallPort(registers.dx)) return undefined;
    for (const { start, end, bytes } of this.#code) {
      if (rip < start || rip >= end) continue;
      if (bytes[rip - start] !== OUT_EAX_DX) return undefined;
      registers.rip = rip + 1;
      return { kind: "hypercall", port: registers.dx, argument: registers.eax };
    }
    return undefined;
  }

  #stop(signal: number): Stop {
    const info = (): Uint8Array => {
      trace.readSigInfo(this.pid, this.#info);
      return this.#info;
    };
    return { signal, registers: this.#registers, memory: this.memory, regions: this.#regions, info };
  }
}
