// doctor.ts: runs every check on one set of readings.
import type { Result } from "./check.js";
import { hostChecks } from "./host-checks.js";
import { kvmChecks } from "./kvm-checks.js";
import { machineChecks, processChecks } from "./machine-checks.js";
import { type Readings, readMachine } from "./readings.js";
import { wallChecks } from "./wall-checks.js";

const [node, platform, ...others] = hostChecks;
const checks = [node!, platform!, ...machineChecks, ...kvmChecks, ...processChecks, ...wallChecks, ...others];

/**
 * Examines this machine.
 *
 * @returns one result for each check, in the order to print; no result with `fail`: VMs can run, on one machine at least
 */
export async function examine(): Promise<Result[]> {
  return judge(await readMachine());
}

/** The same for readings from anywhere. */
export function judge(readings: Readings): Result[] {
  return checks.map(({ name, judge }) => ({ name, ...judge(readings) }));
}

/** Whether VMs can be run. */
export function canRun(results: readonly Result[]): boolean {
  return results.every(({ status }) => status !== "fail");
}
