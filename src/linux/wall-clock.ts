// wall-clock.ts: the host's wall clock in nanoseconds (clock_gettime(2), CLOCK_REALTIME). Follows every step of NTP.
import { libc } from "./libc.js";

const clockGettime = libc.func("int clock_gettime(int clock, void *time)");
const CLOCK_REALTIME = 0;
const time = new BigInt64Array(2);

/** Nanoseconds since 1970, UTC. Unlike `performance.timeOrigin` it knows that the clock was set meanwhile. */
export function wallTime(): bigint {
  // Safe: a timespec is two 64-bit numbers, and CLOCK_REALTIME cannot fail.
  clockGettime(CLOCK_REALTIME, time);
  return time[0]! * 1_000_000_000n + time[1]!;
}
