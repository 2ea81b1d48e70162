// function-watch.ts: what is known of one function: its VMs, its times, its kills. It only counts.
import type { CallDone, VmChange, VmState } from "../../function/observer.js";
import { Latency } from "./latency.js";
import { VmHistory } from "./vm-history.js";

export type Step = "queue" | "start" | "run" | "reset";
export const STEPS: readonly Step[] = ["queue", "start", "run", "reset"];

/** Why a VM was closed without any doing of its guest's; every other reason is a kill. */
const PEACEFUL = new Set([
  "idle",
  "budget",
  "served",
  "discarded",
  "closed",
  "failed",
  "halt",
  "stopped",
  "response-abandoned",
]);

export class FunctionWatch {
  readonly name: string;
  /** Guest memory that each of its VMs counts with, bytes. */
  readonly vmBytes: number;
  /** Those that exist, by number. */
  readonly vms = new Map<number, VmState>();
  readonly history = new VmHistory();
  readonly steps: Readonly<Record<Step, Latency>>;
  /** From the call to its answer: all steps but the reset. */
  readonly answers = new Latency();
  readonly exits = new Map<string, number>();
  readonly kills = new Map<string, number>();
  calls = 0;
  failedCalls = 0;
  cpuMs = 0;

  constructor(name: string, vmMemoryMiB: number) {
    this.name = name;
    this.vmBytes = vmMemoryMiB * 2 ** 20;
    this.steps = { queue: new Latency(), start: new Latency(), run: new Latency(), reset: new Latency() };
  }

  /** @param at when it happened, on the clock of performance.now() */
  vm(change: VmChange, at: number): void {
    const { vm, state, reason } = change;
    if (state === "closed") {
      this.vms.delete(vm);
      if (reason !== undefined && !PEACEFUL.has(reason)) increase(this.kills, reason, 1);
    } else this.vms.set(vm, state);
    this.history.add(change, at);
  }

  call(done: CallDone): void {
    const { queue, start, run, reset } = this.steps;
    this.calls++;
    if (!done.ok) this.failedCalls++;
    queue.add(Math.max(0, done.waitMs - done.startMs));
    // Steps that a call did not have are no short ones.
    if (done.startMs > 0) start.add(done.startMs);
    if (done.runMs > 0) run.add(done.runMs);
    if (done.resetMs > 0) reset.add(done.resetMs);
    this.answers.add(done.waitMs + done.runMs);
    this.cpuMs += done.cpuMs;
    for (const kind in done.exits) increase(this.exits, kind, done.exits[kind]!);
  }
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
