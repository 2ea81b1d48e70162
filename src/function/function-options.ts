// function-options.ts: how a function is run: limits, how many VMs, what it may ask for outside. Checked values, defaults filled in.

import type { ConsoleSink } from "../device/console.js";
import { discardOutput } from "../device/console-sinks.js";
import { MayflyError } from "../errors.js";
import type { ImageLoader } from "../image/image-loader.js";
import type { Monitor } from "../monitor/monitor.js";
import type { MachineChoice } from "../monitor/open-host.js";
import type { QueueBounds } from "./busy-error.js";
import { type Configuration, checkConfiguration } from "./configuration.js";
import { DEFAULT_LIMITS, type FunctionLimits } from "./function-limits.js";
import type { Isolation } from "./isolation.js";
import type { FunctionObserver } from "./observer.js";
import { aFlag, aFunction, anObject, anything, aText, checkNames, type Kind } from "./option-names.js";
import type { Outbound } from "./outbound/outbound.js";
import type { OutboundPolicyOptions } from "./outbound/policy.js";
import { VmBudget } from "./pool/vm-budget.js";

export interface FunctionOptions {
  /** What errors call it. Default: the file's path. */
  name?: string;
  /** Where its VMs are made. Default: a monitor of its own, which is closed with it. */
  monitor?: Monitor;
  /** Loads its image: what that has in common with images of other functions is in memory once. Default: all of it is this function's. */
  images?: ImageLoader;
  /** What its own monitor runs VMs on. Default "auto". */
  machine?: MachineChoice;
  limits?: Partial<FunctionLimits>;
  /** What two calls share: "request" (nothing), "instance" (the state of their VM), "boot" (nothing, not even a snapshot). Default "request". */
  isolation?: Isolation;
  /** Variables, which handlers find as `fetch(request, env)`. */
  env?: Readonly<Record<string, string>>;
  /** More of them, whose values are told nowhere: not in errors, nor on the console. */
  secrets?: Readonly<Record<string, string>>;
  /** VMs that exist at most; further calls wait for one, in order. Default 32. */
  maxVms?: number;
  /** How many calls may wait (default 1000), and for how long each (`ms`, default 10,000). */
  queue?: Partial<QueueBounds>;
  /** How long a VM lives that nobody uses, ms; Infinity: until the function is closed. Default 10,000. */
  idleMs?: number;
  /** VMs that live on although nobody uses them. Default 0. */
  keepWarm?: number;
  /** Guest memory that its VMs share with those of other functions. Default: no bound but `maxVms`. */
  budget?: VmBudget;
  /** Told what happens to its VMs and calls. */
  observer?: FunctionObserver;
  /** Where console output goes, unless a call has a place of its own. Dropped by default. */
  console?: ConsoleSink;
  /** Compares every byte of a VM's state after each reset: for tests and for the wary. Default false. */
  verifyReset?: boolean;
  /** Told of a step that takes long, when a handler is built. */
  onSlowStep?: (what: string) => void;
  /** What the function itself may ask for by `fetch`. Absent: nothing. */
  outbound?: OutboundPolicyOptions;
}

export interface CheckedOptions {
  readonly limits: FunctionLimits;
  readonly isolation: Isolation;
  readonly configuration: Configuration;
  readonly maxVms: number;
  readonly queue: QueueBounds;
  readonly idleMs: number;
  readonly keepWarm: number;
  readonly budget: VmBudget;
  readonly observer: FunctionObserver | undefined;
  readonly console: ConsoleSink;
  readonly verifyReset: boolean;
  readonly outbound: Outbound | undefined;
}

/** What is a number or a choice is checked below, with its range. */
const OPTIONS: Record<keyof FunctionOptions, Kind> = {
  name: aText,
  monitor: anObject,
  images: anObject,
  machine: aText,
  limits: anObject,
  isolation: anything,
  env: anObject,
  secrets: anObject,
  maxVms: anything,
  queue: anObject,
  idleMs: anything,
  keepWarm: anything,
  budget: anObject,
  observer: anObject,
  console: aFunction,
  verifyReset: aFlag,
  onSlowStep: aFunction,
  outbound: anObject,
};
const LIMITS: Record<keyof FunctionLimits, Kind> = {
  cpuTimeMs: anything,
  wallTimeMs: anything,
  memoryMiB: anything,
  bodyBytes: anything,
  startCpuTimeMs: anything,
};
const QUEUE: Record<keyof QueueBounds, Kind> = { length: anything, ms: anything };

const ISOLATIONS: readonly Isolation[] = ["request", "instance", "boot"];

/** @throws MayflyError OPTION_INVALID naming the option */
export async function checkOptions(options: FunctionOptions): Promise<CheckedOptions> {
  checkNames("", options, OPTIONS);
  checkNames("limits", options.limits ?? {}, LIMITS);
  checkNames("queue", options.queue ?? {}, QUEUE);
  const limits = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof FunctionLimits)[])
    limits[name] = positive(`limits.${name}`, options.limits?.[name] ?? DEFAULT_LIMITS[name]);
  const maxVms = whole("maxVms", options.maxVms ?? 32, 1);
  return {
    limits,
    isolation: isolation(options.isolation ?? "request"),
    configuration: checkConfiguration(options.env, options.secrets),
    maxVms,
    queue: {
      length: whole("queue.length", options.queue?.length ?? 1000, 0),
      ms: positive("queue.ms", options.queue?.ms ?? 10_000),
    },
    idleMs: positive("idleMs", options.idleMs ?? 10_000),
    keepWarm: Math.min(maxVms, whole("keepWarm", options.keepWarm ?? 0, 0)),
    budget: budget(options.budget, limits),
    observer: options.observer,
    console: options.console ?? discardOutput,
    verifyReset: options.verifyReset ?? false,
    outbound: options.outbound && (await openWayOut(options.outbound)),
  };
}

/** Loaded only for who asks for it: its HTTP client takes longer to load than everything else here. */
async function openWayOut(policy: OutboundPolicyOptions): Promise<Outbound> {
  return (await import("./outbound/outbound.js")).openOutbound(policy);
}

function positive(name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new MayflyError("OPTION_INVALID", `${name}: got ${value}, expected a number above 0`);
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new MayflyError("OPTION_INVALID", `${name}: got ${value}, expected a whole number from ${least} on`);
}

function isolation(value: Isolation): Isolation {
  if (ISOLATIONS.includes(value)) return value;
  throw new MayflyError("OPTION_INVALID", `isolation: got ${value}, expected ${ISOLATIONS.join(", ")}`);
}

function budget(shared: VmBudget | undefined, { memoryMiB }: FunctionLimits): VmBudget {
  if (shared === undefined) return new VmBudget(Number.POSITIVE_INFINITY);
  if (shared.memoryMiB >= memoryMiB) return shared;
  throw new MayflyError(
    "OPTION_INVALID",
    `limits.memoryMiB: got ${memoryMiB}, expected at most the budget of ${shared.memoryMiB}`,
  );
}
