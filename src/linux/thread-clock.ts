// thread-clock.ts: CPU time of the calling thread (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID).
import { libc } from "./libc.js";

const clockGettime = libc.func("int clock_gettime(int clock, void *time)");
const CLOCK_THREAD_CPUTIME_ID = 3;
const time = new BigInt64Array(2);

/** CPU time that this thread has used, in the guest and on its behalf, ms. */
export function threadCpuTime(): number {
  // Safe: a timespec is two 64-bit numbers.
  clockGettime(CLOCK_THREAD_CPUTIME_ID, time);
  return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
}
