// support.ts: a process machine with a few bytes of code, and what the kernel tells of its vessel.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { AddressSpace } from "../../src/machine/address-space.js";
import type { ProcessHost } from "../../src/machine/process/host.js";
import type { ProcessMachine } from "../../src/machine/process/process-machine.js";
import { noProcessMachine } from "../support/no-machine.js";

export const TEXT = 0x10_0000;
export const DATA = 0x10_1000;
export const MEMORY_BYTES = 4 << 20;

export const space: AddressSpace = {
  memoryBytes: MEMORY_BYTES,
  regions: [
    { start: 0x8_0000, end: 0x8_4000, permissions: "r" },
    { start: TEXT, end: DATA, permissions: "rx" },
    { start: DATA, end: MEMORY_BYTES, permissions: "rw" },
  ],
};

export const LOOP = [0xeb, 0xfe]; // jmp .
/** mov $0x502, %dx; out %eax, (%dx); back to the out */
export const CALL_FOR_EVER = [0x66, 0xba, 0x02, 0x05, 0xef, 0xeb, 0xfd];

/** Why there is no process machine here, or false. */
export const skip: string | false = noProcessMachine();

/** A machine that stands before its first instruction. */
export function boot(host: ProcessHost, code: readonly number[]): ProcessMachine {
  const machine = host.create(space);
  machine.memory.bytes.set(code, TEXT);
  const registers = machine.readRegisters();
  machine.writeRegisters({ ...registers, rip: BigInt(TEXT), rsp: BigInt(MEMORY_BYTES - 8), rflags: 2n });
  return machine;
}

/** One file of a process's folder in /proc; undefined when the process is gone. */
export function procFile(pid: number | "self", name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** One line of /proc/PID/status: "Seccomp" gives "2". */
export function status(pid: number | "self", field: string): string | undefined {
  return procFile(pid, "status")?.match(new RegExp(`^${field}:\\s*(.*)$`, "m"))?.[1];
}

/** Whether a process runs or could run: one that waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  const state = status(pid, "State");
  return state !== undefined && !state.startsWith("Z");
}

/** Processes that this one, or another, has started and not yet reaped. */
export function children(parent = process.pid): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => status(pid, "PPid") === `${parent}`);
}

/** The process that vessels come from: the only child but for vessels, once the host's trial is gone. */
export async function nurseryOf(parent = process.pid, vessels: readonly number[] = []): Promise<number> {
  for (;;) {
    const [nursery, ...others] = children(parent).filter((pid) => !vessels.includes(pid) && isAlive(pid));
    if (nursery !== undefined && others.length === 0) return nursery;
    await delay(5);
  }
}
