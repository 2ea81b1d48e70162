// guest.ts: executes guest code and answers its exits, until it has to wait, its time is over, or it ends.
import type { Answer } from "../device/device.js";
import type { Image } from "../image/image.js";
import { GuestFault } from "../machine/guest-fault.js";
import type { Exit, Machine } from "../machine/machine.js";
import type { MachineState } from "../machine/machine-state.js";
import { Privileged, type PrivilegedState } from "../machine/privileged.js";
import { HALT_PORT, readHalt } from "./halt.js";
import { checkMemoryLimit } from "./memory-limit.js";
import { ExitCounter, portName } from "./stats.js";
import {
  endByFault,
  endByHalt,
  GuestEnded,
  type GuestReport,
  guestReport,
  symbolize,
  type VmEnd,
} from "./vm-end.js";

/** Why the guest stopped. */
export type GuestStop =
  | { readonly kind: "interrupted" }
  /** Its hypercall is answered when the promise resolves. */
  | { readonly kind: "waits"; readonly answer: Promise<void> }
  | { readonly kind: "ended"; readonly end: VmEnd };

/** All of a guest that is not memory. */
export interface GuestState {
  readonly cpu: MachineState;
  readonly privileged: Readonly<PrivilegedState>;
}

const INTERRUPTED: GuestStop = { kind: "interrupted" };

/** The guest of one VM. It knows nothing of limits, and never waits. */
export class Guest {
  readonly exits = new ExitCounter();
  /** When the first exit came, on the clock of performance.now(), ms; 0 before. */
  firstExitAt = 0;
  readonly #machine: Machine;
  readonly #image: Image;
  readonly #answers: ReadonlyMap<number, Answer>;
  readonly #privileged = new Privileged();

  /** @param answers by port */
  constructor(machine: Machine, image: Image, answers: ReadonlyMap<number, Answer>) {
    this.#machine = machine;
    this.#image = image;
    this.#answers = answers;
  }

  /** Emulated instructions and reflected exceptions by name. */
  get traps(): ReadonlyMap<string, number> {
    return this.#privileged.traps;
  }

  /**
   * Runs on.
   *
   * @param deadline on the clock of performance.now(), ms
   * @throws whatever an answer threw that is not the guest's fault
   */
  run(deadline: number): GuestStop {
    try {
      for (;;) {
        const exit = this.#machine.run(deadline);
        if (this.firstExitAt === 0) this.firstExitAt = performance.now();
        if (exit.kind === "interrupted") {
          this.exits.interruption();
          return INTERRUPTED;
        }
        const stop = exit.kind === "hypercall" ? this.#hypercall(exit.port, exit.argument) : this.#rare(exit);
        if (stop !== undefined) return stop;
      }
    } catch (error) {
      return { kind: "ended", end: this.endOf(error) };
    }
  }

  /** The end that a guest chose, or that its fault leads to; throws anything else on. */
  endOf(error: unknown): VmEnd {
    if (error instanceof GuestEnded) return error.end;
    if (error instanceof GuestFault) return endByFault(error, this.report(error.address));
    throw error;
  }

  /** Its state behind a hypercall. */
  saveState(): GuestState {
    return { cpu: this.#machine.saveState(), privileged: this.#privileged.saveState() };
  }

  /** Goes on from a state that this guest, or one of the same image and machine, saved. */
  restoreState({ cpu, privileged }: GuestState): void {
    this.#machine.restoreState(cpu);
    this.#privileged.restoreState(privileged);
  }

  /** The guest's state now; nothing when the machine cannot tell. */
  report(address?: bigint): GuestReport | undefined {
    try {
      const registers = this.#machine.readRegisters();
      return guestReport({ registers, address, symbol: symbolize(this.#image, registers.rip) });
    } catch {
      // A machine that failed may have no registers to tell; the end itself still has its reason.
      return undefined;
    }
  }

  #hypercall(port: number, argument: number): GuestStop | undefined {
    this.exits.hypercall(port);
    const { memory } = this.#machine;
    if (port === HALT_PORT) return { kind: "ended", end: endByHalt(readHalt(memory, argument)) };
    const answer = this.#answers.get(port);
    if (answer === undefined)
      throw new GuestFault("bad-hypercall", `${portName(port)}: this VM does not offer it`);
    const waiting = answer(memory, argument);
    return waiting === undefined ? undefined : { kind: "waits", answer: waiting };
  }

  #rare(exit: Exclude<Exit, { kind: "interrupted" | "hypercall" }>): GuestStop | undefined {
    switch (exit.kind) {
      case "exception":
        this.exits.exception();
        checkMemoryLimit(exit, this.#machine.memory.size);
        this.#privileged.handle(this.#machine, exit);
        return undefined;
      case "port":
        throw new GuestFault(
          "bad-hypercall",
          `${exit.direction === "in" ? "in from" : `${exit.size * 8}-bit or repeated out to`} port 0x${exit.port.toString(16)}: a hypercall is one 32-bit out`,
        );
      case "failed":
        return {
          kind: "ended",
          end: { reason: "machine-failed", status: 1, message: exit.detail, report: this.report() },
        };
    }
  }
}
