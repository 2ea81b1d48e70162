// host-record.ts: on what machine and at which commit the numbers were taken.
import { execFile } from "node:child_process";
import { availableParallelism, cpus, loadavg, release } from "node:os";
import { promisify } from "node:util";
import { kvmChecks } from "../src/doctor/kvm-checks.js";
import { readMachine } from "../src/doctor/readings.js";
import type { MachineKind } from "../src/machine/machine.js";
import { packageRoot } from "./context.js";

export interface HostRecord {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  /** What is measured. */
  readonly machines: readonly MachineKind[];
  /** As `mayfly doctor` says it. */
  readonly kvm: string;
  readonly node: string;
  /** Abbreviated; with a "+" when files differ from it; "unknown" outside of a clone. */
  readonly commit: string;
  /** Processes that wanted a CPU in the last minute, before the bench began: above 0.5 the machine is not at rest. */
  readonly load: number;
  readonly date: string;
}

export async function recordHost(machines: readonly MachineKind[]): Promise<HostRecord> {
  const kind = kvmChecks.find(({ name }) => name === "KVM kind")!;
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    kernel: release(),
    machines,
    kvm: machines.includes("kvm") ? kind.judge(await readMachine()).found : "not measured",
    node: process.versions.node,
    commit: await readCommit(),
    load: loadavg()[0] ?? Number.NaN,
    date: new Date().toISOString(),
  };
}

async function readCommit(): Promise<string> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", ["-C", packageRoot, ...args])).stdout.trim();
  try {
    const commit = await git("rev-parse", "--short", "HEAD");
    return (await git("status", "--porcelain", "--untracked-files=no")) === "" ? commit : `${commit}+`;
  } catch {
    return "unknown";
  }
}
