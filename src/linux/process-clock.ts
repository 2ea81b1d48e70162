// process-clock.ts: CPU time of another process (clock_gettime(2), clock_getcpuclockid(3)).
import { libc } from "./libc.js";

const clockGettime = libc.func("int clock_gettime(int clock, void *time)");
/** A process's clock is its number, inverted, above three bits that say "all its threads, as the scheduler counts". */
const CPUCLOCK_SCHED = 2;
const time = new BigInt64Array(2);

/** CPU time that a process has used, ms; 0 when it is gone. */
export function processCpuTime(pid: number): number {
  // Safe: a timespec is two 64-bit numbers.
  if (clockGettime((~pid << 3) | CPUCLOCK_SCHED, time) === -1) return 0;
  return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
}
