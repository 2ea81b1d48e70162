// outcome.ts: what `mayfly run` makes of a VM that is over: an exit status, words, JSON. No I/O.
import { printable } from "../../image/image-file.js";
import type { VmStats } from "../../monitor/stats.js";
import { formatEnd, type VmEnd } from "../../monitor/vm-end.js";
import { SIGNAL_STATUS, type StopSignal } from "./stop-signals.js";

/** As timeout(1) has it. */
const TIME_LIMIT_STATUS = 124;

export interface Outcome {
  readonly end: VmEnd;
  readonly stats: VmStats;
  /** What made Mayfly stop the guest. */
  readonly signal: StopSignal | undefined;
  /** Host errors that the guest saw as a result code. */
  readonly hostFailures: number;
}

/** The guest's own status, 124 when its time was up, 128 and the number of a signal, else 1. */
export function exitStatus({ end, signal }: Outcome): number {
  if (end.reason === "stopped" && signal !== undefined) return SIGNAL_STATUS[signal];
  if (end.reason === "wall-time-limit" || end.reason === "cpu-time-limit") return TIME_LIMIT_STATUS;
  return end.status;
}

/** What to say of an end that the guest did not choose; nothing when it halted. */
export function endText({ end, signal }: Outcome): string | undefined {
  if (end.reason === "halt") return undefined;
  if (end.reason === "stopped" && signal !== undefined) return `stopped by ${signal}`;
  // Symbols are the image's: they must not speak to the terminal.
  return formatEnd(end).split("\n").map(printable).join("\n");
}

/** Everything as one line of JSON: addresses and registers as "0x…", times in ms, sizes in bytes. */
export function outcomeJson(image: string, outcome: Outcome): string {
  const { end, stats, signal, hostFailures } = outcome;
  const value = {
    image,
    reason: end.reason,
    message: end.message,
    exitStatus: exitStatus(outcome),
    signal: signal ?? null,
    report: end.report ?? null,
    hostFailures,
    stats: { ...stats, exits: Object.fromEntries(stats.exits), traps: Object.fromEntries(stats.traps) },
  };
  return JSON.stringify(value);
}
