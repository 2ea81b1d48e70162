// host-share.ts: what of this host a gateway takes when its configuration does not say: processes and memory.
import { availableParallelism, totalmem } from "node:os";

const MIB = 1024 * 1024;
/** A function of the default size must fit, however small the host. */
const LEAST_MIB = 64;

/** Half of what this process may use, shared between the workers. */
export function hostMemoryMiB(workers: number): number {
  // A container's bound; an immense number where there is none.
  const bound = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(LEAST_MIB, Math.floor(Math.min(totalmem(), bound) / 2 / MIB / workers));
}

export function workersOf(workers: number | "cores"): number {
  return workers === "cores" ? availableParallelism() : workers;
}
