// memory-limit.ts: tells memory that is used up from a pointer gone wild.
import { GuestFault } from "../machine/guest-fault.js";
import type { ExceptionExit } from "../machine/privileged.js";

const PAGE_FAULT = 14;
/** The error code's bit for an instruction fetch: a jump into nowhere, not a want of memory. */
const FETCH = 0x10;
/** A heap or a stack that grows past the end touches addresses close behind it; a wild pointer rarely does. */
const BEHIND_THE_END_BYTES = 1 << 30;

/** Ends a guest that touches memory behind the end of its own, before its own handler sees the fault. */
export function checkMemoryLimit(exit: ExceptionExit, memoryBytes: number): void {
  if (exit.vector !== PAGE_FAULT || (exit.errorCode & FETCH) !== 0) return;
  const address = Number(exit.address);
  if (address < memoryBytes || address >= memoryBytes + BEHIND_THE_END_BYTES) return;
  throw new GuestFault(
    "memory-limit",
    `the guest touched 0x${address.toString(16)}, behind the end of its ${memoryBytes / (1 << 20)} MiB`,
    exit.address,
  );
}
