// check.ts: what a check is: it judges readings and touches nothing, so that a test can hand it any machine.
import type { Readings } from "./readings.js";

/** `fail`: no VM can run. `warn`: VMs run, but something is missing or slow; KVM, for example, where the process machine works. */
export type Status = "ok" | "warn" | "fail";

export interface Finding {
  readonly status: Status;
  /** What is there, in a few words. */
  readonly found: string;
  /** What the user can do about it: a sentence or a command. */
  readonly mend?: string;
}

export interface Check {
  readonly name: string;
  judge(readings: Readings): Finding;
}

/** One row of the report. */
export interface Result extends Finding {
  readonly name: string;
}
