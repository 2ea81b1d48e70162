// vm.ts: one virtual machine as a coroutine of the event loop: turns of guest code, and waits that cost no thread.
import type { Answer } from "../device/device.js";
import { MayflyError } from "../errors.js";
import { GuestFault } from "../machine/guest-fault.js";
import type { Exit, Machine } from "../machine/machine.js";
import { Privileged } from "../machine/privileged.js";
import type { VmDevices } from "./devices.js";
import type { ExchangeRequest, ExchangeResponse } from "./exchange/message.js";
import { HALT_PORT, readHalt } from "./halt.js";
import type { Limits } from "./limits.js";
import { checkMemoryLimit } from "./memory-limit.js";
import { Meter } from "./meter.js";
import type { PreparedImage } from "./prepare.js";
import { ExitCounter, portName, type VmStats } from "./stats.js";
import { endByFault, type GuestReport, symbolize, type VmEnd, type VmEndReason } from "./vm-end.js";
import { wallTimer } from "./wall-timer.js";

/** What a VM is made of. The monitor puts it together. */
export interface VmParts {
  readonly machine: Machine;
  readonly prepared: PreparedImage;
  readonly devices: VmDevices;
  readonly limits: Limits;
  readonly stats: Pick<VmStats, "createMs" | "loadMs">;
  /** Whether to count the pages touched, at the end. */
  readonly measureMemory: boolean;
  readonly onClose: (vm: Vm) => void;
}

/**
 * A virtual machine. Made by `Monitor.create`.
 *
 * @example
 * await using vm = monitor.create(image, { limits: { wallTimeMs: 1000 } });
 * const end = await vm.run();
 * console.log(end.reason, end.status);
 */
export class Vm implements AsyncDisposable {
  readonly #machine: Machine;
  readonly #prepared: PreparedImage;
  readonly #devices: VmDevices;
  readonly #limits: Limits;
  readonly #measureMemory: boolean;
  readonly #onClose: (vm: Vm) => void;
  readonly #privileged = new Privileged();
  readonly #exits = new ExitCounter();
  readonly #answers: ReadonlyMap<number, Answer>;
  readonly #stats: { -readonly [K in keyof VmStats]: VmStats[K] };
  #meter: Meter | undefined;
  #running: Promise<VmEnd> | undefined;
  #end: VmEnd | undefined;
  /** Resumes the coroutine while it waits. */
  #wake: (() => void) | undefined;
  /** An answer under way that may still touch guest memory. */
  #inFlight: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: VmParts) {
    this.#machine = parts.machine;
    this.#prepared = parts.prepared;
    this.#devices = parts.devices;
    this.#limits = parts.limits;
    this.#measureMemory = parts.measureMemory;
    this.#onClose = parts.onClose;
    this.#answers = new Map([
      ...parts.devices.answers,
      [HALT_PORT, (memory, at) => this.#halt(readHalt(memory, at))],
    ]);
    this.#stats = {
      ...parts.stats,
      bootMs: 0,
      runMs: 0,
      closeMs: 0,
      cpuMs: 0,
      touchedBytes: 0,
      exits: new Map(),
      traps: this.#privileged.traps,
    };
  }

  /** What the VM cost so far. Complete once it is closed. */
  get stats(): VmStats {
    return { ...this.#stats, cpuMs: this.#meter?.cpuMs ?? 0, exits: this.#exits.totals() };
  }

  /** How it ended, once it has. */
  get end(): VmEnd | undefined {
    return this.#end;
  }

  /**
   * Runs the guest until it ends. A second call gives the same promise.
   *
   * @returns how it ended: also when the guest did wrong or used up a limit
   * @throws SystemCallError when the host failed (the console's reader went away, say): nobody's misdeed
   */
  run(): Promise<VmEnd> {
    if (this.#running === undefined) {
      // Known before the first turn: a console sink or another callback may ask for run() or close() from within it.
      const { promise, resolve, reject } = deferred<VmEnd>();
      this.#running = promise;
      this.#loop().then(resolve, reject);
    }
    return this.#running;
  }

  /**
   * Hands a request to the guest by the exchange, starting it if need be.
   *
   * @returns the response, as soon as its head is there
   * @throws MayflyError VM_ENDED when the VM ends before it answers, VM_BUSY while it serves another,
   *   EXCHANGE_UNSUPPORTED when it was created without the exchange
   */
  exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
    if (this.#end !== undefined) return Promise.reject(this.#endedError(this.#end));
    if (this.#devices.exchange === undefined)
      return Promise.reject(
        new MayflyError("EXCHANGE_UNSUPPORTED", "this VM was created without the exchange"),
      );
    const response = this.#devices.exchange.submit(request);
    // Whoever calls exchange learns of a failure by the response; run() gives it to whoever asks.
    this.run().catch(() => {});
    return response;
  }

  /** Ends the VM from outside: at once when it waits, else after the current slice. */
  stop(): void {
    this.#finish("stopped", "the VM was stopped");
    this.#machine.interrupt();
  }

  /** Ends the VM if it still runs, and gives everything back. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeAll(): Promise<void> {
    this.stop();
    this.#devices.cancelWaits();
    // Whatever still reads or writes guest memory must be done before the memory goes.
    if (this.#inFlight !== undefined) await this.#inFlight.catch(() => {});
    if (this.#running !== undefined) await this.#running.catch(() => {});
    const started = performance.now();
    await this.#machine.close();
    this.#devices.close();
    this.#stats.closeMs = performance.now() - started;
    this.#onClose(this);
  }

  async #loop(): Promise<VmEnd> {
    const started = performance.now();
    const meter = new Meter(this.#limits, () => this.#machine.guestCpuTime());
    this.#meter = meter;
    using _wall = wallTimer(meter, () => this.#endIfSpent(meter));
    try {
      while (this.#end === undefined) {
        const wait = this.#turn(meter, started);
        if (this.#end !== undefined) break;
        if (wait !== undefined) await this.#wait(wait);
        else {
          await nextTurn();
          meter.beginSlice();
        }
      }
    } catch (error) {
      this.#finish("stopped", "the host failed");
      this.#devices.exchange?.fail(error);
      throw error;
    } finally {
      this.#stats.runMs = performance.now() - started;
      if (this.#measureMemory) this.#stats.touchedBytes = this.#machine.touchedBytes();
    }
    this.#devices.exchange?.fail(this.#endedError(this.#end));
    return this.#end;
  }

  /** Runs the guest until it has to wait (returns for what), its slice is over, or it ends. */
  #turn(meter: Meter, started: number): Promise<void> | undefined {
    const deadline = meter.beginTurn();
    let wait: Promise<void> | undefined;
    try {
      while (wait === undefined && this.#end === undefined) {
        const exit = this.#machine.run(deadline);
        if (this.#stats.bootMs === 0) this.#stats.bootMs = performance.now() - started;
        if (exit.kind === "interrupted") {
          this.#exits.interruption();
          break;
        }
        wait = this.#handle(exit) ?? undefined;
      }
    } catch (error) {
      if (!(error instanceof GuestFault)) throw error;
      this.#end ??= endByFault(error, this.#report(error.address));
    } finally {
      this.#machine.rest();
      meter.endTurn();
    }
    this.#endIfSpent(meter);
    return wait;
  }

  #handle(exit: Exclude<Exit, { kind: "interrupted" }>): void | Promise<void> {
    switch (exit.kind) {
      case "hypercall": {
        this.#exits.hypercall(exit.port);
        const answer = this.#answers.get(exit.port);
        if (answer === undefined)
          throw new GuestFault("bad-hypercall", `${portName(exit.port)}: this VM does not offer it`);
        return answer(this.#machine.memory, exit.argument);
      }
      case "exception":
        this.#exits.exception();
        checkMemoryLimit(exit, this.#prepared.space.memoryBytes);
        this.#privileged.handle(this.#machine, exit);
        return;
      case "port":
        throw new GuestFault(
          "bad-hypercall",
          `${exit.direction === "in" ? "in from" : `${exit.size * 8}-bit or repeated out to`} port 0x${exit.port.toString(16)}: a hypercall is one 32-bit out`,
        );
      case "failed":
        this.#finish("machine-failed", exit.detail, this.#report(undefined));
    }
  }

  #halt(status: number): void {
    this.#end ??= {
      reason: "halt",
      status,
      message: `the guest exited with status ${status}`,
      report: undefined,
    };
  }

  /** Waits for an answer, but no longer than the VM lives. */
  async #wait(answer: Promise<void>): Promise<void> {
    this.#inFlight = answer;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        answer.then(() => {
          this.#inFlight = undefined;
          resolve();
        }, reject);
      });
    } catch (error) {
      this.#inFlight = undefined;
      if (!(error instanceof GuestFault)) throw error;
      this.#end ??= endByFault(error, this.#report(error.address));
    } finally {
      this.#wake = undefined;
    }
  }

  #finish(reason: VmEndReason, message: string, report?: GuestReport): void {
    this.#end ??= { reason, status: 1, message, report };
    this.#wake?.();
  }

  #endIfSpent(meter: Meter): void {
    const limit = meter.spent();
    if (limit === undefined || this.#end !== undefined) return;
    const [name, ms] =
      limit === "cpu-time-limit"
        ? ["CPU time", this.#limits.cpuTimeMs]
        : ["wall time", this.#limits.wallTimeMs];
    this.#finish(limit, `the VM used up its ${name} of ${ms} ms`, this.#report(undefined));
  }

  #report(address: bigint | undefined): GuestReport {
    const registers = this.#machine.readRegisters();
    return { registers, address, symbol: symbolize(this.#prepared.image, registers.rip) };
  }

  #endedError(end: VmEnd): MayflyError {
    return new MayflyError("VM_ENDED", `the VM ended (${end.reason}): ${end.message}`);
  }
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets the event loop and other VMs have their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
