// function.ts: a function as a value: load an image, call it with web-standard requests, each in a VM in fresh state.

import { readFile } from "node:fs/promises";
import { isFunctionSource } from "../build/function/source.js";
import type { ConsoleSink } from "../device/console.js";
import { ConsoleCollector } from "../device/console-sinks.js";
import { MayflyError } from "../errors.js";
import { type Image, loadImage, parseImage } from "../image/image.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import { Monitor } from "../monitor/monitor.js";
import type { Snapshot } from "../monitor/snapshot.js";
import { type Callee, type CallOptions, call } from "./call.js";
import { FunctionError, failureKind, failureOf } from "./function-error.js";
import { type CheckedOptions, checkOptions, type FunctionOptions } from "./function-options.js";
import { type Lease, lease } from "./lease.js";
import { loadStackPlaces, type StackPlaces } from "./stack-places.js";
import { VmPool } from "./vm-pool.js";

/** VMs that lie ready in a function's own monitor: what comes after a pause finds one. */
const SPARE_VMS = 1;
/** A busy host gives a function that starts but a part of a CPU; a call's own wall time may be far too short for it. */
const START_WALL_FACTOR = 4;
/** What a function says while it starts is kept for the error up to this many bytes. */
const START_CONSOLE_BYTES = 64 * 1024;

/**
 * A fetch handler that runs in virtual machines: each call in one that is in exactly the state in which the function's modules had just
 * been evaluated.
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
  readonly #snapshot: Snapshot;
  /** Closed with the function, when nobody else gave it. */
  readonly #ownMonitor: Monitor | undefined;
  readonly #monitor: Monitor;

  private constructor(
    monitor: Monitor,
    ownMonitor: Monitor | undefined,
    snapshot: Snapshot,
    checked: CheckedOptions,
    places: StackPlaces,
  ) {
    this.name = snapshot.image;
    this.#monitor = monitor;
    this.#ownMonitor = ownMonitor;
    this.#snapshot = snapshot;
    const options = { ...checked, console: places.console(checked.console) };
    const pool = new VmPool(monitor, snapshot, options);
    this.#callee = { pool, options, places };
  }

  /**
   * Boots a function's image once, up to the point where it waits for its first request, and keeps that state. No VM is left behind.
   *
   * @param file path of an image that `mayfly build` made, or of a handler, which is built first
   * @throws MayflyError IMAGE_UNREADABLE, IMAGE_INVALID, OPTION_INVALID, MACHINE_UNAVAILABLE, BUILD_FAILED; FunctionError FUNCTION_NOT_STARTED with what
   *   it said as details
   */
  static async load(file: string, options: FunctionOptions = {}): Promise<FetchFunction> {
    const checked = checkOptions(options);
    const { image, path } = await openImage(file, options);
    const places = await loadStackPlaces(path, image);
    const ownMonitor =
      options.monitor === undefined
        ? Monitor.open({ machine: options.machine ?? "auto", spareVms: SPARE_VMS })
        : undefined;
    const monitor = options.monitor ?? ownMonitor!;
    try {
      const snapshot = await start(monitor, image, checked, places);
      return new FetchFunction(monitor, ownMonitor, snapshot, checked, places);
    } catch (error) {
      await Promise.all([ownMonitor?.close(), checked.outbound?.close()]);
      throw error;
    }
  }

  /** VMs that exist now. */
  get vms(): number {
    return this.#callee.pool.size;
  }

  /** What its VMs start from: its state kept aside, bytes. */
  get snapshotBytes(): number {
    return this.#snapshot.bytes;
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
   * @throws MayflyError FUNCTION_CLOSED, OPTION_INVALID; SystemCallError when the host failed
   */
  fetch(input: Request | string | URL, init?: RequestInit & CallOptions): Promise<Response> {
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    return call(this.#callee, request, init ?? {});
  }

  /**
   * For servers that speak the exchange themselves: a VM for one request.
   *
   * @param console where its console output goes
   * @throws MayflyError FUNCTION_CLOSED
   */
  lease(console?: ConsoleSink): Promise<Lease> {
    return lease(this.#callee.pool, console && this.#callee.places.console(console));
  }

  /** The error that a runtime's own answer means; undefined for a handler's response. Reads the answer's body. */
  async failureOf(response: ExchangeResponse): Promise<FunctionError | undefined> {
    const kind = failureKind(response);
    return kind === undefined ? undefined : failureOf(response, kind, this.#callee.places);
  }

  /** Ends whatever runs, and gives everything back. */
  async close(): Promise<void> {
    await this.#callee.pool.close();
    await Promise.all([this.#ownMonitor?.close(), this.#callee.options.outbound?.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The image, under the name that the caller knows, and where it lies. */
async function openImage(
  file: string,
  { onSlowStep }: FunctionOptions,
): Promise<{ image: Image; path: string }> {
  if (!isFunctionSource(file)) return { image: await loadImage(file), path: file };
  // Loaded only now: who runs images need not have what builds them.
  const { buildCached } = await import("../build/function/build-cached.js");
  const path = await buildCached(file, { ...(onSlowStep !== undefined && { onSlowStep }) });
  return { image: parseImage(await readFile(path), file), path };
}

/** Evaluates the function's modules in a VM of its own, and keeps the state behind that. */
async function start(
  monitor: Monitor,
  image: Image,
  { limits, outbound }: CheckedOptions,
  places: StackPlaces,
): Promise<Snapshot> {
  const output = new ConsoleCollector(START_CONSOLE_BYTES);
  await using vm = monitor.create(image, {
    console: output.sink,
    limits: {
      memoryMiB: limits.memoryMiB,
      cpuTimeMs: limits.startCpuTimeMs,
      wallTimeMs: Math.max(limits.wallTimeMs, START_WALL_FACTOR * limits.startCpuTimeMs),
    },
    ...(outbound !== undefined && { outbound: () => outbound.client() }),
  });
  try {
    return await vm.snapshot();
  } catch (cause) {
    if (!(cause instanceof MayflyError) || vm.end === undefined) throw cause;
    const said = places.map(output.text()).trimEnd();
    throw new FunctionError("FUNCTION_NOT_STARTED", `${image.name} did not start: ${vm.end.message}`, {
      cause,
      end: vm.end,
      ...(said !== "" && { details: said }),
    });
  }
}
