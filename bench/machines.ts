// machines.ts: opens every machine that this host has; what is missing is told, and no failure unless nothing is left.
import { MayflyError, Monitor } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";

const KINDS: readonly MachineKind[] = ["kvm", "process"];

/**
 * Opens machines.
 *
 * @param wanted one of them; all unless given
 * @param missing told why one cannot be measured
 * @throws MayflyError MACHINE_UNAVAILABLE when none can
 */
export function openMachines(
  wanted: MachineKind | undefined,
  missing: (kind: MachineKind, reason: MayflyError) => void,
): Monitor[] {
  const monitors: Monitor[] = [];
  let last: MayflyError | undefined;
  for (const kind of KINDS) {
    if (wanted !== undefined && kind !== wanted) continue;
    try {
      monitors.push(Monitor.open({ machine: kind }));
    } catch (error) {
      if (!(error instanceof MayflyError)) throw error;
      last = error;
      missing(kind, error);
    }
  }
  if (monitors.length === 0) throw last!;
  return monitors;
}
