// function.ts: a function as a value: load an image, call it with web-standard requests, each in a VM in fresh state.

import { ConsoleCollector } from "../device/console-sinks.js";
import type { Image } from "../image/image.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import { Monitor } from "../monitor/monitor.js";
import type { Snapshot } from "../monitor/snapshot.js";
import type { VmEnd } from "../monitor/vm-end.js";
import { type Callee, type CallOptions, call } from "./call.js";
import { configurationFor, hideSecrets } from "./configuration.js";
import { endError, type FunctionError, failureKind, failureOf } from "./function-error.js";
import { type CheckedOptions, checkOptions, type FunctionOptions } from "./function-options.js";
import { FunctionVm } from "./function-vm.js";
import { bootLife, type Isolation, makeBooted, snapshotLife, type VmLife } from "./isolation.js";
import { type Lease, type LeaseOptions, lease } from "./lease.js";
import { openImage, pathOf } from "./open-image.js";
import { takeRoom } from "./pool/budget-room.js";
import { VmPool } from "./pool/vm-pool.js";
import { loadStackPlaces, type StackPlaces } from "./stack-places.js";
import { start } from "./start.js";

/** VMs that lie ready in a function's own monitor: what comes after a pause finds one. */
const SPARE_VMS = 1;
/** What a function says while it starts is kept for the error up to this many bytes. */
const START_CONSOLE_BYTES = 64 * 1024;

interface Parts {
  readonly monitor: Monitor;
  readonly image: Image;
  readonly snapshot: Snapshot | undefined;
  readonly checked: CheckedOptions;
  readonly places: StackPlaces;
  readonly closeOwn: () => Promise<void>;
}

/**
 * A fetch handler that runs in virtual machines: each call in one that is in exactly the state in which the function's modules had just
 * been evaluated, unless `isolation` says otherwise.
 *
 * @example
 * await using fn = await Function.load("handler.img");
 * const response = await fn.fetch("http://localhost/hello", { method: "POST", body: JSON.stringify({ name: "Ephemera" }) });
 * console.log(await response.json());
 */
export class FetchFunction implements AsyncDisposable {
  /** The image's name. */
  readonly name: string;
  readonly #callee: Callee;
  /** Undefined when a VM is booted for every call. */
  readonly #snapshot: Snapshot | undefined;
  readonly #monitor: Monitor;
  /** Closed with the function: the monitor, when nobody else gave it, and the way out. */
  readonly #closeOwn: () => Promise<void>;

  private constructor({ monitor, image, snapshot, checked, places, closeOwn }: Parts) {
    this.name = image.name;
    this.#monitor = monitor;
    this.#snapshot = snapshot;
    this.#closeOwn = closeOwn;
    const options = { ...checked, console: places.console(checked.console) };
    const life =
      snapshot === undefined
        ? bootLife(monitor, image, options, places)
        : snapshotLife(monitor, snapshot, options);
    this.#callee = { pool: poolOf(life, options), life, options, places };
  }

  /**
   * Boots a function's image once, up to the point where it waits for its first request, and keeps that state. No VM is left behind.
   *
   * @param file path or file URL of an image that `mayfly build` made, or of a handler, which is built first
   * @throws MayflyError IMAGE_UNREADABLE, IMAGE_INVALID, OPTION_INVALID, MACHINE_UNAVAILABLE, BUILD_FAILED; FunctionError FUNCTION_NOT_STARTED with what
   *   it said as details
   */
  static async load(file: string | URL, options: FunctionOptions = {}): Promise<FetchFunction> {
    const given = pathOf(file);
    const asked = await checkOptions(options);
    const { image, path } = await openImage(given, options);
    const checked = { ...asked, configuration: configurationFor(image, asked.configuration) };
    const places = hideSecrets(await loadStackPlaces(path, image), checked.configuration);
    const ownMonitor =
      options.monitor === undefined
        ? Monitor.open({ machine: options.machine ?? "auto", spareVms: SPARE_VMS })
        : undefined;
    const monitor = options.monitor ?? ownMonitor!;
    const closeOwn = async (): Promise<void> => {
      await Promise.all([ownMonitor?.close(), checked.outbound?.close()]);
    };
    try {
      const snapshot = await startOnce(monitor, image, checked, places);
      return new FetchFunction({ monitor, image, snapshot, checked, places, closeOwn });
    } catch (error) {
      await closeOwn();
      throw error;
    }
  }

  /** VMs that exist now. */
  get vms(): number {
    return this.#callee.pool.size;
  }

  /** Calls that wait for one. */
  get waiting(): number {
    return this.#callee.pool.waiting;
  }

  /** What its VMs start from: its state kept aside, bytes. */
  get snapshotBytes(): number {
    return this.#snapshot?.bytes ?? 0;
  }

  /** What two of its calls share. */
  get isolation(): Isolation {
    return this.#callee.options.isolation;
  }

  /** What it runs on. */
  get machine(): Monitor["machine"] {
    return this.#monitor.machine;
  }

  /**
   * Calls the function, as the web's `fetch` does, in a VM whose state nobody has used before.
   *
   * @param input a Request, or a URL and what else makes one; its signal ends the call
   * @param init what makes the request of a URL; `onBill`, `console`
   * @returns the handler's response; a body in pieces is read from the VM as it comes
   * @throws FunctionError when it was the function's doing: FUNCTION_THREW, FUNCTION_NO_RESPONSE, FUNCTION_NEVER_SETTLED,
   *   FUNCTION_OUT_OF_MEMORY, FUNCTION_STACK_OVERFLOW, FUNCTION_CPU_LIMIT, FUNCTION_WALL_LIMIT, FUNCTION_BODY_LIMIT, FUNCTION_ENDED
   * @throws FunctionBusyError FUNCTION_BUSY when too many wait for a VM, or for too long
   * @throws MayflyError FUNCTION_CLOSED, OPTION_INVALID; SystemCallError when the host failed
   */
  fetch(input: Request | string | URL, init?: RequestInit & CallOptions): Promise<Response> {
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    return call(this.#callee, request, init ?? {});
  }

  /**
   * For servers that speak the exchange themselves: a VM for one request, at once or as soon as there is one.
   *
   * @throws MayflyError FUNCTION_CLOSED, FUNCTION_NOT_STARTED when it is booted for each; FunctionBusyError FUNCTION_BUSY
   */
  lease({ console, signal }: LeaseOptions = {}): Lease | Promise<Lease> {
    return lease(this.#callee, console && this.#callee.places.console(console), signal);
  }

  /** The error that a runtime's own answer means; undefined for a handler's response. Reads the answer's body. */
  async failureOf(response: ExchangeResponse): Promise<FunctionError | undefined> {
    const kind = failureKind(response);
    return kind === undefined ? undefined : failureOf(response, kind, this.#callee.places);
  }

  /** The error that the end of one of its VMs means for the request that it had. */
  failureOfEnd(end: VmEnd, cause: unknown): FunctionError {
    return endError(end, cause, this.#callee.places);
  }

  /** Ends whatever runs, and gives everything back. */
  async close(): Promise<void> {
    await this.#callee.pool.close();
    await this.#closeOwn();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Starts the function in a VM of its own, and keeps its state unless every call boots. */
async function startOnce(
  monitor: Monitor,
  image: Image,
  checked: CheckedOptions,
  places: StackPlaces,
): Promise<Snapshot | undefined> {
  const output = new ConsoleCollector(START_CONSOLE_BYTES);
  const giveRoomBack = await takeRoom(checked.budget, checked.limits.memoryMiB);
  try {
    await using vm = makeBooted(monitor, image, checked, output.sink);
    const said = (): string => places.map(output.text());
    await start(vm, checked.configuration, { image, limits: checked.limits, said, places });
    return checked.isolation === "boot" ? undefined : await vm.snapshot();
  } finally {
    giveRoomBack();
  }
}

function poolOf(life: VmLife, options: CheckedOptions): VmPool<FunctionVm> {
  const { console, observer, limits } = options;
  let made = 0;
  return new VmPool({
    ...options,
    memoryMiB: limits.memoryMiB,
    servesAgain: life.renew !== undefined,
    make: () => new FunctionVm(life, { number: ++made, console, observer }),
  });
}
