// processes.ts: what the kernel knows of a service's processes: who there is, and what each has. Reads /proc.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** R, S, D, Z … */
  readonly state: string;
  readonly command: string;
  /** Its arguments; empty for one that is dead. */
  readonly words: readonly string[];
}

export interface Footprint {
  /** What it has alone and its part of what it shares. */
  readonly pssMiB: number;
  /** Without those of empty guest memories that lie ready: of these there are as many as there ever were VMs at once, up to a bound that has its own tests. */
  readonly descriptors: number;
  readonly threads: number;
}

/** All processes of a session, dead ones that nobody has taken notice of among them. */
export function processesOf(session: number): ProcessState[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => stateOf(Number(name)) ?? [])
    .filter((each) => each.session === session);
}

function stateOf(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const command = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const [state, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return { pid, parent: Number(parent), session: Number(session), state: state!, command, words };
  } catch {
    // Gone meanwhile.
    return undefined;
  }
}

export function footprintOf(pid: number): Footprint {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  return {
    pssMiB: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1024,
    descriptors: openOf(pid).filter((what) => !what.startsWith("/memfd:mayfly-guest ")).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
  };
}

/** What each descriptor is, for a message: `socket × 3`. */
export function descriptorsOf(pid: number): string {
  const counts = new Map<string, number>();
  for (const open of openOf(pid)) {
    const what = open.replace(/:?\[\d+\]$/, "");
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${what} × ${count}`).join(", ");
}

function openOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "gone";
    }
  });
}
