// halt.ts: the halt hypercall: how a guest ends itself.
import { Halt, HVT_HALT_COOKIE_MAX, HVT_HYPERCALL_HALT, HVT_HYPERCALL_PIO_BASE } from "../abi/hypercalls.js";
import type { GuestMemory } from "../machine/memory.js";

export const HALT_PORT = HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_HALT;

/** Reads the exit status: what a process can carry, 0 to 255. A cookie, if given, must lie in guest memory. */
export function readHalt(memory: GuestMemory, argument: number): number {
  const { cookie, exit_status } = Halt.read(memory.readable(argument, Halt.size, Halt.name).slice());
  if (cookie !== 0n) memory.readable(cookie, HVT_HALT_COOKIE_MAX, "halt cookie");
  return exit_status & 0xff;
}
