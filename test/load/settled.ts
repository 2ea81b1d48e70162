// settled.ts: what a service has when nobody asks it: no VM, no connection, its workers alone; held against what it had before.
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { descriptorsOf, type Footprint, footprintOf } from "./processes.js";
import { IDLE_MS } from "./served.js";
import type { ServiceUnderLoad } from "./service-under-load.js";

export interface Settled {
  readonly supervisor: Footprint;
  /** The largest of each. */
  readonly worker: Footprint;
  /** Processes that are neither supervisor nor worker: those of guests that lie ready. */
  readonly others: number;
  /** What each process has open, in words. */
  readonly open: readonly string[];
}

/** Old workers have ten seconds to end; VMs go when they were idle for a while. */
const LONGEST_MS = 15_000 + IDLE_MS;
const AGAIN_MS = 50;
/** Heaps grow until they are collected: what stays is no leak as long as it is less, MiB. */
const TOLERANCE_MIB = 64;

/**
 * Waits until a service is at rest.
 *
 * @param before what it may have, at most
 * @returns what it has then, and what was not as it should be
 */
export async function settle(
  service: ServiceUnderLoad,
  { workers, before }: { workers: number; before: Settled | undefined },
): Promise<{ settled: Settled; problems: string[] }> {
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const unrestful = await unrest(service, workers);
    if (unrestful.length === 0 || performance.now() >= until) {
      const settled = measure(service);
      const problems = [...unrestful, ...(before === undefined ? [] : growth(before, settled))];
      if (problems.length === 0 || performance.now() >= until) return { settled, problems };
    }
    await pause(AGAIN_MS);
  }
}

function measure(service: ServiceUnderLoad): Settled {
  const footprints = service.workers.map(footprintOf);
  const most = (field: keyof Footprint): number => Math.max(...footprints.map((each) => each[field]));
  return {
    supervisor: footprintOf(service.pid),
    worker: { pssMiB: most("pssMiB"), descriptors: most("descriptors"), threads: most("threads") },
    others: service.processes.length - 1 - footprints.length,
    open: [service.pid, ...service.workers].map((pid) => `process ${pid}: ${descriptorsOf(pid)}`),
  };
}

async function unrest(service: ServiceUnderLoad, workers: number): Promise<string[]> {
  const problems: string[] = [];
  const expect = (what: string, got: number, expected: number): void => {
    if (got !== expected) problems.push(`${what}: got ${got}, expected ${expected}`);
  };
  expect("VMs by mayfly_vms", await service.metric("mayfly_vms"), 0);
  expect("their memory by mayfly_guest_memory_bytes", await service.metric("mayfly_guest_memory_bytes"), 0);
  expect("workers by mayfly_workers", await service.metric("mayfly_workers"), workers);
  expect("workers' processes", service.workers.length, workers);
  for (const { pid, state, command } of service.processes)
    if (state === "Z") problems.push(`process ${pid} (${command}) is dead, and nobody has taken notice`);
  return problems;
}

/** What has grown. */
function growth(before: Settled, after: Settled): string[] {
  const problems: string[] = [];
  for (const who of ["supervisor", "worker"] as const) {
    const was = before[who];
    const is = after[who];
    for (const field of ["descriptors", "threads"] as const)
      if (is[field] > was[field])
        problems.push(
          `${who}: ${field}: got ${is[field]}, ${was[field]} before\n    ${after.open.join("\n    ")}`,
        );
    if (is.pssMiB > was.pssMiB + TOLERANCE_MIB)
      problems.push(`${who}: memory: got ${is.pssMiB.toFixed(0)} MiB, ${was.pssMiB.toFixed(0)} before`);
  }
  if (after.others > before.others)
    problems.push(`processes of guests: got ${after.others}, ${before.others} before`);
  return problems;
}
