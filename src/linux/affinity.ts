// affinity.ts: on which processors threads may run (sched_setaffinity(2), getcpu(2)).
import { check, libc } from "./libc.js";

const sched_getcpu = libc.func("int sched_getcpu()");
const getAffinity = libc.func("int sched_getaffinity(int pid, size_t size, void *mask)");
const setAffinity = libc.func("int sched_setaffinity(int pid, size_t size, void *mask)");

/** Bytes of a cpu_set_t: 1024 processors. */
const SET_BYTES = 128;

/** The processor that the calling thread runs on now. */
export const currentCpu: () => number = sched_getcpu;

/** A set of processors. */
export type CpuSet = Uint8Array;

/** Where the calling thread may run. */
export function allowedCpus(): CpuSet {
  const set = new Uint8Array(SET_BYTES);
  check("sched_getaffinity", getAffinity(0, SET_BYTES, set));
  return set;
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
