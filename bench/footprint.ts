// footprint.ts: what this process and its children hold of the host. Reads /proc; call gc() before.
import { readdirSync, readFileSync } from "node:fs";

/** Node.js's options for a process that is measured: garbage can be collected, and V8's young generation stays small. It says nothing of VMs. */
export const STEADY: readonly string[] = ["--expose-gc", "--max-semi-space-size=1"];

/** Memory of this process and its children but for files, bytes; what several of them map is counted once (Pss). */
export function heldMemory(): number {
  return [process.pid, ...children()].map(proportionalBytes).reduce((sum, bytes) => sum + bytes, 0);
}

/** Open descriptors of this process. */
export function heldDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** The vessels, on the process machine. */
function children(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === process.pid);
}

/** proc_pid_stat(5): the fourth field, behind a name in parentheses that may hold anything. */
function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/**
 * proc_pid_smaps_rollup(5); 0 of a process that is gone. Without files: what Node.js's own program takes of the page cache is shared by all
 * that run it, so that each one's part changes with their number.
 */
function proportionalBytes(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const parts = [...rollup.matchAll(/^Pss_(?:Anon|Shmem): +(\d+) kB$/gm)].map(([, kB]) => Number(kB) * 1024);
  if (rollup !== "" && parts.length !== 2)
    throw new Error(`smaps_rollup: got ${parts.length} of Pss_Anon and Pss_Shmem, expected both (Linux 5.9)`);
  return parts.reduce((sum, bytes) => sum + bytes, 0);
}

/** Empty for a process that ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
