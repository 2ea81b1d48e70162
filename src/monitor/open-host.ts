// open-host.ts: chooses the machine: the one asked for, or KVM where it works and the process machine elsewhere.
import { MayflyError } from "../errors.js";
import { KvmHost } from "../machine/kvm/host.js";
import type { MachineHost, MachineKind } from "../machine/machine.js";
import { ProcessHost } from "../machine/process/host.js";

/** What a caller may ask for. */
export type MachineChoice = MachineKind | "auto";

/** A machine, and why it is not the one that `auto` prefers. */
export interface OpenedHost {
  readonly host: MachineHost;
  /** One sentence, when KVM was wanted and does not work; undefined otherwise. */
  readonly reason: string | undefined;
}

/**
 * Opens a machine.
 *
 * @param spares how many VMs shall lie ready, where the machine can
 * @throws MayflyError MACHINE_UNAVAILABLE with the mend; for "auto" when neither machine works
 */
export function openHost(choice: MachineChoice, spares = 0): OpenedHost {
  switch (choice) {
    case "kvm":
      return { host: KvmHost.open(spares), reason: undefined };
    case "process":
      return { host: ProcessHost.open(), reason: undefined };
    case "auto":
      return openAny(spares);
    default:
      throw new MayflyError(
        "OPTION_INVALID",
        `machine: got ${String(choice)}, expected kvm, process or auto`,
      );
  }
}

function openAny(spares: number): OpenedHost {
  try {
    return { host: KvmHost.open(spares), reason: undefined };
  } catch (kvm) {
    if (!(kvm instanceof MayflyError)) throw kvm;
    return { host: openProcessAfter(kvm), reason: kvm.message };
  }
}

/** When both fail, the user should hear of KVM: it is the one to mend. */
function openProcessAfter(kvm: MayflyError): MachineHost {
  try {
    return ProcessHost.open();
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    const mend = kvm.mend ?? error.mend;
    throw new MayflyError("MACHINE_UNAVAILABLE", `${kvm.message}; ${error.message}`, {
      cause: kvm,
      ...(mend === undefined ? {} : { mend }),
    });
  }
}
