// vm.ts: one virtual machine as a coroutine of the event loop: turns of guest code, and waits that cost no thread.
import { MayflyError } from "../errors.js";
import type { Machine } from "../machine/machine.js";
import { AnswerWait } from "./answer-wait.js";
import type { VmDevices } from "./devices.js";
import { deferred, giveWay } from "./event-loop.js";
import type { ExchangeDevice } from "./exchange/exchange-device.js";
import type { ExchangeRequest, ExchangeResponse } from "./exchange/message.js";
import type { Guest } from "./guest.js";
import { type Limits, renewedLimits, type TimeLimits } from "./limits.js";
import { Meter, spentMessage } from "./meter.js";
import type { PreparedImage } from "./prepare.js";
import type { ResetOptions, Restorable, Snapshot } from "./snapshot.js";
import { TakenSnapshot, takenSnapshot } from "./snapshot.js";
import type { VmCounters, VmStats } from "./stats.js";
import { endedError, type GuestReport, type VmEnd, type VmEndReason } from "./vm-end.js";
import type { VmParts } from "./vm-parts.js";
import { type WallTimer, wallTimer } from "./wall-timer.js";

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
  readonly #guest: Guest;
  readonly #devices: VmDevices;
  #limits: Limits;
  readonly #measureMemory: boolean;
  readonly #onClose: () => void;
  readonly #stats: Omit<VmStats, "cpuMs" | "exits" | "traps">;
  readonly #prepared: PreparedImage;
  readonly #from: TakenSnapshot | undefined;
  /** Equal for VMs whose snapshots fit one another. */
  readonly #origin: object;
  #meter: Meter | undefined;
  #wallTimer: WallTimer | undefined;
  #running: Promise<VmEnd> | undefined;
  /** Whoever calls exchange learns of a failure by the response. Once: a promise that lasts keeps whatever waits for it. */
  #ignored: Promise<unknown> | undefined;
  #end: VmEnd | undefined;
  readonly #answer = new AnswerWait();
  #closing: Promise<void> | undefined;

  constructor(parts: VmParts) {
    this.#machine = parts.machine;
    this.#guest = parts.guest;
    this.#devices = parts.devices;
    this.#prepared = parts.prepared;
    this.#from = parts.from;
    this.#origin = parts.from?.origin ?? this;
    this.#limits = parts.limits;
    this.#measureMemory = parts.measureMemory;
    this.#onClose = parts.onClose;
    this.#stats = { ...parts.stats, bootMs: 0, runMs: 0, closeMs: 0, touchedBytes: 0 };
  }

  /** What the VM cost so far. Complete once it is closed. */
  get stats(): VmStats {
    const { exits, traps } = this.#guest;
    return { ...this.#stats, cpuMs: this.#meter?.cpuMs ?? 0, exits: exits.totals(), traps };
  }

  /** What `stats` is made of, as far as it counts on: cheap enough for every request. */
  get counters(): VmCounters {
    return { cpuMs: this.#meter?.cpuMs ?? 0, exits: this.#guest.exits, traps: this.#guest.traps };
  }

  /** Guest memory that is resident now, bytes. A system call. */
  get residentBytes(): number {
    return this.#machine.touchedBytes();
  }

  /** Whether the guest waits for a request: only then can the VM be reset. */
  get idle(): boolean {
    return this.#end === undefined && this.#devices.exchange?.idle === true;
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
    let response: Promise<ExchangeResponse>;
    try {
      response = this.#exchange().submit(request);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#meter?.startWall();
    this.#wallTimer?.watch();
    this.#ignored ??= this.run().catch(() => {});
    return response;
  }

  /** Runs the guest until it waits for a request. Throws VM_ENDED when it ends before, EXCHANGE_UNSUPPORTED without the exchange. */
  async ready(): Promise<void> {
    // Asked first: a guest that ends in its first turn would have ended before anybody listens.
    const idle = this.#exchange().whenIdle();
    this.run().catch(() => {});
    await idle;
  }

  /**
   * Takes the VM's state at the moment in which the guest waits for its next request, running the guest up to there if need be.
   * The VM itself goes on as before.
   *
   * @throws MayflyError VM_BUSY while the guest serves a request, VM_ENDED when it ends before it waits for one,
   *   EXCHANGE_UNSUPPORTED without the exchange, SNAPSHOT_UNSUPPORTED when the VM has block or net devices
   * @example
   * await using vm = monitor.create(image);
   * const snapshot = await vm.snapshot();
   * const first = await vm.exchange(request);
   * for await (const piece of first.body) out.write(piece);
   * vm.reset(snapshot);
   */
  async snapshot(): Promise<Snapshot> {
    const { busy } = this.#exchange();
    if (this.#devices.attached.length > 0)
      throw new MayflyError(
        "SNAPSHOT_UNSUPPORTED",
        `${this.#prepared.image.name} has devices: a disk or a network would carry on what a reset takes back`,
      );
    if (!busy) await this.ready();
    return new TakenSnapshot(this.#idle(), this.#prepared, this.#origin);
  }

  /**
   * Puts the VM back into exactly the state of a snapshot: memory, registers, FPU, what the guest believes to own at ring 0, and where it
   * waits. Nothing of the requests since is left. Its limits count anew: CPU time at once, wall time from the next request on.
   * Time itself goes on: for the guest, it is as if it had waited since the snapshot.
   *
   * @param snapshot taken of this VM, of the one that it comes from, or of another one from there
   * @throws MayflyError VM_BUSY unless the guest waits for a request (the whole response was read), VM_ENDED, SNAPSHOT_FOREIGN;
   *   any other error ends the VM
   */
  reset(snapshot: Snapshot, { verify = false }: ResetOptions = {}): void {
    const taken = takenSnapshot(snapshot, { origin: this.#origin });
    const idle = this.#idle();
    try {
      taken.restore(idle);
      if (verify) taken.verify(idle);
    } catch (error) {
      this.#finish("machine-failed", "the VM could not be put back");
      throw error;
    }
    this.renewLimits();
  }

  /**
   * Lets the limits count anew, without a reset: CPU time at once, wall time from the next request on.
   *
   * @param limits other ones than so far
   * @throws MayflyError VM_BUSY unless the guest waits for a request, VM_ENDED, OPTION_INVALID
   */
  renewLimits(limits?: TimeLimits): void {
    this.#idle();
    if (limits !== undefined) this.#limits = renewedLimits(this.#limits, limits);
    this.#meter?.renew(this.#limits);
    this.#wallTimer?.rest();
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
    // In this order: until the loop is over, its last turn may still begin a wait.
    if (this.#running !== undefined) await this.#running.catch(() => {});
    this.#devices.cancelWaits();
    // Whatever still reads or writes guest memory must be done before the memory goes.
    await this.#answer.underWay?.catch(() => {});
    const started = performance.now();
    await this.#machine.close();
    this.#devices.close();
    this.#stats.closeMs = performance.now() - started;
    this.#onClose();
  }

  async #loop(): Promise<VmEnd> {
    const started = performance.now();
    const meter = new Meter(this.#limits, () => this.#machine.guestCpuTime());
    this.#meter = meter;
    using wall = wallTimer(meter, () => this.#endIfSpent(meter));
    this.#wallTimer = wall;
    try {
      const wait = this.#from?.wait({ machine: this.#machine, exchange: this.#exchange() });
      if (wait !== undefined) await this.#wait(wait);
      while (this.#end === undefined) {
        const answer = this.#turn(meter);
        if (answer !== undefined) await this.#wait(answer);
        else if (this.#end === undefined) await giveWay(meter);
      }
    } catch (error) {
      this.#finish("stopped", "the host failed");
      this.#devices.exchange?.fail(() => error);
      throw error;
    } finally {
      this.#stats.bootMs = Math.max(0, this.#guest.firstExitAt - started);
      this.#stats.runMs = performance.now() - started;
      if (this.#measureMemory) this.#stats.touchedBytes = this.#machine.touchedBytes();
    }
    const end = this.#end;
    this.#devices.exchange?.fail(() => endedError(end));
    return end;
  }

  /** The exchange of a VM that has one and did not end. */
  #exchange(): ExchangeDevice {
    if (this.#end !== undefined) throw endedError(this.#end);
    if (this.#devices.exchange === undefined)
      throw new MayflyError("EXCHANGE_UNSUPPORTED", "this VM was created without the exchange");
    return this.#devices.exchange;
  }

  /** The parts that have state, while the guest waits for a request. */
  #idle(): Restorable {
    const exchange = this.#exchange();
    if (!exchange.idle) throw new MayflyError("VM_BUSY", "the guest does not wait for a request");
    return { machine: this.#machine, guest: this.#guest, exchange };
  }

  /** Runs the guest until it has to wait (returns for what), its slice is over, or it ends. */
  #turn(meter: Meter): Promise<void> | undefined {
    const deadline = meter.beginTurn();
    try {
      const stop = this.#guest.run(deadline);
      if (stop.kind === "ended") this.#end ??= stop.end;
      if (stop.kind === "waits") return stop.answer;
    } finally {
      this.#machine.rest();
      meter.endTurn();
      this.#endIfSpent(meter);
    }
    return undefined;
  }

  /** Waits for an answer, but no longer than the VM lives: not at all when the turn that began the wait was its last. */
  #wait(answer: Promise<void>): Promise<void> {
    const waited = this.#answer.for(answer, (error) => {
      this.#end ??= this.#guest.endOf(error);
    });
    if (this.#end !== undefined) this.#answer.cutShort();
    return waited;
  }

  #finish(reason: VmEndReason, message: string, report?: GuestReport): void {
    this.#end ??= { reason, status: 1, message, report };
    this.#answer.cutShort();
  }

  #endIfSpent(meter: Meter): void {
    const limit = meter.spent();
    if (limit === undefined || this.#end !== undefined) return;
    this.#finish(limit, spentMessage(limit, this.#limits), this.#guest.report());
  }
}
