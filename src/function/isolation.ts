// isolation.ts: what two calls of a function share: how its VMs begin, and what makes one fit for the next call.
import type { ConsoleSink } from "../device/console.js";
import type { Image } from "../image/image.js";
import type { Monitor } from "../monitor/monitor.js";
import type { Snapshot } from "../monitor/snapshot.js";
import type { Vm } from "../monitor/vm.js";
import type { CheckedOptions } from "./function-options.js";
import type { StackPlaces } from "./stack-places.js";
import { start } from "./start.js";

/** A busy host gives a function that starts but a part of a CPU; a call's own wall time may be far too short for it. */
const START_WALL_FACTOR = 4;

/**
 * "request": nothing; a VM is put back to the snapshot behind every call. "instance": what a VM's earlier calls left in it, until it was
 * idle for long. "boot": nothing, not even a snapshot: a VM is booted for every call, and closed behind it.
 */
export type Isolation = "request" | "instance" | "boot";

/** How a function's VMs live. */
export interface VmLife {
  /** Makes one that waits for its first request, but for `start`. */
  make(console: ConsoleSink): Vm;
  /** What a VM still has to do before its first call. */
  readonly start: ((vm: Vm) => Promise<void>) | undefined;
  /** Makes one fit for the next call; undefined when there is none. Throws when it cannot be. */
  readonly renew: ((vm: Vm) => void) | undefined;
  /** Whether `renew` takes back whatever a call did. */
  readonly resets: boolean;
}

export function snapshotLife(
  monitor: Monitor,
  snapshot: Snapshot,
  { limits, outbound, verifyReset, isolation }: CheckedOptions,
): VmLife {
  const { cpuTimeMs, wallTimeMs } = limits;
  const resets = isolation === "request";
  return {
    make: (console) =>
      monitor.createFromSnapshot(snapshot, {
        limits: { cpuTimeMs, wallTimeMs },
        console,
        ...(outbound !== undefined && { outbound: () => outbound.client() }),
      }),
    start: undefined,
    renew: resets ? (vm) => vm.reset(snapshot, { verify: verifyReset }) : (vm) => vm.renewLimits(),
    resets,
  };
}

export function bootLife(
  monitor: Monitor,
  image: Image,
  options: CheckedOptions,
  places: StackPlaces,
): VmLife {
  const { limits, configuration } = options;
  return {
    make: (console) => makeBooted(monitor, image, options, console),
    async start(vm) {
      await start(vm, configuration, { image, limits, said: () => "", places });
      const { cpuTimeMs, wallTimeMs } = limits;
      vm.renewLimits({ cpuTimeMs, wallTimeMs });
    },
    renew: undefined,
    resets: false,
  };
}

/** A VM with the limits of a start. */
export function makeBooted(
  monitor: Monitor,
  image: Image,
  { limits, outbound }: CheckedOptions,
  console: ConsoleSink,
): Vm {
  const { memoryMiB, startCpuTimeMs, wallTimeMs } = limits;
  return monitor.create(image, {
    console,
    limits: {
      memoryMiB,
      cpuTimeMs: startCpuTimeMs,
      wallTimeMs: Math.max(wallTimeMs, START_WALL_FACTOR * startCpuTimeMs),
    },
    ...(outbound !== undefined && { outbound: () => outbound.client() }),
  });
}
