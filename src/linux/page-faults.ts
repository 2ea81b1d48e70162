// page-faults.ts: how many page faults the calling thread has had (getrusage(2), RUSAGE_THREAD).
import { libc } from "./libc.js";

const getrusage = libc.func("int getrusage(int who, void *usage)");
const RUSAGE_THREAD = 1;
/** struct rusage (include/uapi/linux/resource.h): two struct timeval, then 14 longs. */
const usage = new BigUint64Array(18);
const MINOR_FAULTS = 8;
const MAJOR_FAULTS = 9;

/**
 * Faults of this thread: also those of the guest that it runs, whose pages KVM gets by get_user_pages() in the name of whoever
 * called KVM_RUN (Linux counts these for the thread, mm_account_fault() in mm/memory.c; before 5.9 faultin_page() in mm/gup.c).
 *
 * @returns NaN, which equals nothing, when the kernel does not tell
 */
export function threadPageFaults(): number {
  // Safe: the array has a whole struct rusage's room.
  if (getrusage(RUSAGE_THREAD, usage) !== 0) return Number.NaN;
  return Number(usage[MINOR_FAULTS]) + Number(usage[MAJOR_FAULTS]);
}
