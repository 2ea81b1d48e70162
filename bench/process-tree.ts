// process-tree.ts: a process and all that it started, and what they hold of the host together. Reads /proc.
import { readdirSync, readFileSync } from "node:fs";

/** One process, as proc_pid_stat(5) tells of it. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly threads: number;
}

/** A process and its descendants that live now. */
export function processTree(root: number): ProcessStat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => parseStat(read(`/proc/${name}/stat`)) ?? []);
  return treeOf(root, all);
}

/** Those of `all` that are `root` or descend from it, parents first. */
export function treeOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const tree = all.filter(({ pid }) => pid === root);
  // Grows while it is walked: children follow their parents.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** Undefined for a process that is gone. Fields stand behind a name in parentheses that may hold anything. */
export function parseStat(stat: string): ProcessStat | undefined {
  if (stat === "") return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), threads: Number(fields[17]) };
}

/** Memory of a process and its descendants but for files, bytes; what several of them map is counted once (Pss). */
export function treeMemory(root: number): number {
  return processTree(root)
    .map(({ pid }) => proportionalBytes(read(`/proc/${pid}/smaps_rollup`)))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Threads of a process and its descendants. */
export function treeThreads(root: number): number {
  return processTree(root).reduce((sum, { threads }) => sum + threads, 0);
}

/**
 * Of proc_pid_smaps_rollup(5); 0 of a process that is gone. Without files: what Node.js's own program takes of the page cache is shared by all
 * that run it, so that each one's part changes with their number.
 */
export function proportionalBytes(rollup: string): number {
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
