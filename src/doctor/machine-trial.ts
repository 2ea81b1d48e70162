// machine-trial.ts: opens each machine and lets a guest of one instruction run on it. Closes all that it opens.
import { MayflyError } from "../errors.js";
import { KvmHost } from "../machine/kvm/host.js";
import { reachesTheMonitor } from "../machine/kvm/trial.js";
import type { MachineHost } from "../machine/machine.js";
import { ProcessHost } from "../machine/process/host.js";
import { timeStampSpace } from "../machine/process/time-stamp.js";
import { namesOf } from "./namespaces.js";

/** What came of one machine's trial. */
export type MachineTrial =
  /** `ms`: from the creation of a VM to its guest's first hypercall. */
  { readonly works: true; readonly ms: number } | MachineFailure;

interface MachineFailure {
  readonly works: false;
  readonly reason: string;
  readonly mend: string | undefined;
}

export interface MachineTrials {
  readonly kvmMachine: MachineTrial;
  readonly processMachine: MachineTrial;
  /** The namespaces that a guest's process gets, by name; undefined when there is no such process. */
  readonly namespaces: readonly string[] | undefined;
}

/** Tries both machines. */
export function tryMachines(): MachineTrials {
  let namespaces: readonly string[] | undefined;
  const kvmMachine = tryMachine(KvmHost.open);
  const processMachine = tryMachine(ProcessHost.open, (host) => {
    namespaces = namespacesOfVessel(host);
  });
  return { kvmMachine, processMachine, namespaces };
}

function tryMachine<Host extends MachineHost>(
  open: () => Host,
  examine: (host: Host) => void = () => {},
): MachineTrial {
  try {
    const host = open();
    try {
      const start = performance.now();
      if (!reachesTheMonitor(host)) return failed("a trial guest does not come to its first hypercall");
      const ms = performance.now() - start;
      examine(host);
      return { works: true, ms };
    } finally {
      host.close();
    }
  } catch (error) {
    if (error instanceof MayflyError) return failed(error.message, error.mend);
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function namespacesOfVessel(host: ProcessHost): readonly string[] {
  const machine = host.create(timeStampSpace);
  void machine.close();
  return namesOf(machine.namespaces);
}

function failed(reason: string, mend?: string): MachineFailure {
  return { works: false, reason, mend };
}
