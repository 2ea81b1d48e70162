// affinity.ts: on which processors threads may run (sched_setaffinity(2), getcpu(2)).
import { check, libc } from "./libc.js";

const sched_getcpu = libc.func("int sched_getcpu()");
const getAffinity = libc.func("int sched_getaffinity(int pid, size_t size, void *mask)");
const setAffinity = libc.func("int sched_setaffinity(int pid, size_t size, void *mask)");

/** Bytes of a cpu_set_t: 1024 processors. */
const SET_BYTES = 128;

/** The processor that the calling thread runs on now. */
export const currentCpu: () => number = sched_getcpu;

/** A set of processors, a bit each. */
export type CpuSet = Uint8Array;

/** An empty set, with room for every processor. */
export function newCpuSet(): CpuSet {
  return new Uint8Array(SET_BYTES);
}

/** Reads where the calling thread may run. `into` is a set of `newCpuSet`: the kernel fills no more than its length. */
export function readAllowed(into: CpuSet): void {
  check("sched_getaffinity", getAffinity(0, into.length, into));
}

/** Whether a set holds one processor alone. */
export function isSingle(set: CpuSet): boolean {
  let found = false;
  for (const byte of set) {
    if (byte === 0) continue;
    if (found || (byte & (byte - 1)) !== 0) return false;
    found = true;
  }
  return found;
}

/** The set of one processor, no larger than it must be: the kernel copies it in at every call. */
export function onlyCpu(cpu: number): CpuSet {
  const set = new Uint8Array(Math.ceil((cpu + 1) / 64) * 8);
  set[cpu >> 3] = 1 << (cpu & 7);
  return set;
}

/**
 * Keeps a thread on processors; 0 is the calling one. Returns -1 where that is not allowed, which costs speed and nothing else.
 * Safe: the kernel reads the set's length.
 */
export function keepOn(thread: number, cpus: CpuSet): number {
  return setAffinity(thread, cpus.length, cpus);
}
