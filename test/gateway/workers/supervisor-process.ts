// supervisor-process.ts: a supervisor in a process of its own, for tests: its workers, and who of them is there.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("supervisor-program.js", import.meta.url));

export interface SupervisorProcess {
  readonly process: ChildProcess;
  /** Its workers' process ids. */
  readonly pids: readonly number[];
}

/** @param hangMs how long a worker may stand still */
export async function startSupervisor(hangMs?: number): Promise<SupervisorProcess> {
  const args = hangMs === undefined ? [program] : [program, String(hangMs)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { pids } = JSON.parse(line.toString()) as { pids: number[] };
  return { process: child, pids };
}

export function isThere(pid: number): boolean {
  try {
    // A process that has ended, and that nobody waits for, is there and has no command line.
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}
