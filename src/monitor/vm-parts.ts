// vm-parts.ts: what a VM is made of. The monitor puts it together. Types only.
import type { Machine } from "../machine/machine.js";
import type { VmDevices } from "./devices.js";
import type { Guest } from "./guest.js";
import type { Limits } from "./limits.js";
import type { PreparedImage } from "./prepare.js";
import type { TakenSnapshot } from "./snapshot.js";
import type { VmStats } from "./stats.js";

export interface VmParts {
  readonly machine: Machine;
  readonly guest: Guest;
  readonly prepared: PreparedImage;
  readonly devices: VmDevices;
  readonly limits: Limits;
  readonly stats: Pick<VmStats, "createMs" | "loadMs">;
  /** Whether to count the pages touched, at the end. */
  readonly measureMemory: boolean;
  readonly onClose: () => void;
  /** The snapshot that the machine was filled from: the guest begins in its wait. Undefined when it has yet to boot. */
  readonly from: TakenSnapshot | undefined;
}
