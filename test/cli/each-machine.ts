// each-machine.ts: one test of a command for each machine, with `--machine` said.
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { test } from "node:test";
import { type Finished, finished, startMayfly } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";

/** `mayfly run` on one machine. */
export interface RunOnMachine {
  /** Runs to the end, with 16 MiB unless `args` say otherwise. */
  run(...args: string[]): Promise<Finished>;
  /** Starts it, with the memory that is usual. */
  start(args: readonly string[], options?: SpawnOptions): ChildProcess;
}

/** @param unfit why the test cannot run on any machine here, or false */
export function runTest(
  name: string,
  body: (command: RunOnMachine) => Promise<void>,
  unfit: string | false = false,
): void {
  for (const { kind, skip } of machines) {
    const start: RunOnMachine["start"] = (args, options) =>
      startMayfly(["run", `--machine=${kind}`, ...args], options);
    const run: RunOnMachine["run"] = (...args) => finished(start(["--mem=16", ...args]));
    test(`${kind}: ${name}`, { skip: skip || unfit }, () => body({ run, start }));
  }
}
