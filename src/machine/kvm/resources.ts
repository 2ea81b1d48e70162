// resources.ts: what all VMs of a host share: the descriptor, the memory pool, the timer, and two constant structs.
import type { Descriptor } from "../../linux/descriptor.js";
import type { PageMap } from "../../linux/pagemap.js";
import type { SliceTimer } from "../../linux/slice-timer.js";
import type { Constants } from "./constants.js";
import type { MemoryPool } from "./memory-pool.js";
import type { Spares } from "./spares.js";
import type { GuestFaults } from "./touched-pages.js";

/** Owned by the KvmHost; VMs borrow it. */
export interface KvmResources {
  /** /dev/kvm */
  readonly kvm: Descriptor;
  readonly memory: MemoryPool;
  readonly spares: Spares;
  /** Opened by the first VM that asks which pages it touched. */
  readonly pageMap: PageMap;
  /** Known once the trial guests have run. */
  readonly guestFaults: GuestFaults;
  readonly timer: SliceTimer;
  /** Undefined where KVM has no read-only memory: then each VM has a copy. */
  readonly constants: Constants | undefined;
  /** Bytes of a vCPU's kvm_run mapping. */
  readonly runBytes: number;
  /** What KVM_SET_CPUID2 takes. */
  readonly cpuid: Uint8Array;
  /** What KVM_SET_SIGNAL_MASK takes: the slice timer's signal is let through inside KVM_RUN. */
  readonly signalMask: Uint8Array;
}
