// host.ts: /dev/kvm, opened once: checks it, learns what every VM needs, makes machines.
import { MayflyError } from "../../errors.js";
import { Descriptor, O_RDWR, open } from "../../linux/descriptor.js";
import { ioctl, ioctlBuffer, tryIoctl } from "../../linux/ioctl.js";
import {
  KVM_API_VERSION,
  KVM_CAP_IMMEDIATE_EXIT,
  KVM_CAP_READONLY_MEM,
  KVM_CAP_SYNC_REGS,
  KVM_CHECK_EXTENSION,
  KVM_CREATE_VCPU,
  KVM_CREATE_VM,
  KVM_GET_API_VERSION,
  KVM_GET_SREGS,
  KVM_GET_TSC_KHZ,
  KVM_GET_VCPU_MMAP_SIZE,
  SignalMask,
  Sregs,
} from "../../linux/kvm.js";
import { PageMap } from "../../linux/pagemap.js";
import { SliceTimer } from "../../linux/slice-timer.js";
import { SystemCallError } from "../../linux/system-call-error.js";
import type { AddressSpace } from "../address-space.js";
import type { MachineHost } from "../machine.js";
import { Constants } from "./constants.js";
import { KvmCore } from "./core.js";
import { readGuestCpuid } from "./cpuid.js";
import { kvmMend } from "./device-access.js";
import { KvmMachine } from "./kvm-machine.js";
import { buildLowMemory, type CpuWays, type LowMemory } from "./low-memory.js";
import { MemoryPool } from "./memory-pool.js";
import type { KvmResources } from "./resources.js";
import { AVAILABLE_TSS_64, BUSY_TSS_64 } from "./segments.js";
import { Spares } from "./spares.js";
import { countsGuestFaults, hasExtendedState, reachesTheMonitor } from "./trial.js";

const DEVICE = "/dev/kvm";

/** KVM on this host, for one thread. */
export class KvmHost implements MachineHost {
  readonly kind = "kvm";
  readonly tscHz: number;
  readonly #resources: KvmResources;
  /** KVM_GET_SREGS of a new vCPU. */
  readonly #initialSregs: Uint8Array;
  #ways: CpuWays = { taskType: BUSY_TSS_64, stateLoad: "fxrstor" };
  readonly #lowMemories = new WeakMap<AddressSpace, LowMemory>();

  private constructor(kvm: Descriptor, spares: number) {
    const probe = probeVcpu(kvm.fd);
    this.tscHz = probe.tscHz;
    this.#initialSregs = probe.sregs;
    const timer = new SliceTimer();
    const signalMask = new Uint8Array(SignalMask.size);
    SignalMask.write(signalMask, { len: timer.runMask.length, sigset: timer.runMask });
    const core = {
      kvm,
      runBytes: ioctl(kvm.fd, KVM_GET_VCPU_MMAP_SIZE, 0, "KVM_GET_VCPU_MMAP_SIZE"),
      cpuid: readGuestCpuid(kvm.fd),
      signalMask,
    };
    this.#resources = {
      ...core,
      spares: new Spares(spares, () => KvmCore.open(core)),
      memory: new MemoryPool(),
      pageMap: new PageMap(),
      guestFaults: { areCounted: false },
      timer,
      constants:
        tryIoctl(kvm.fd, KVM_CHECK_EXTENSION, KVM_CAP_READONLY_MEM) > 0 ? new Constants() : undefined,
    };
  }

  /**
   * Opens /dev/kvm and runs three guests for a trial.
   *
   * @param spares how many VMs of KVM's shall lie ready for the next guests
   * @throws MayflyError MACHINE_UNAVAILABLE with the mend
   */
  static open(spares = 0): KvmHost {
    const host = openHost();
    try {
      host.#chooseWays();
      return host;
    } catch (error) {
      host.close();
      throw error;
    }

    function openHost(): KvmHost {
      const kvm = openDevice();
      try {
        requireFeatures(kvm.fd);
        return new KvmHost(kvm, spares);
      } catch (error) {
        kvm.close();
        throw error;
      }
    }
  }

  /** Finds the type of task under which the CPU honors the I/O bitmap, what loads all of a guest's FPU state, and whether its faults are counted. */
  #chooseWays(): void {
    for (const taskType of [BUSY_TSS_64, AVAILABLE_TSS_64] as const) {
      this.#ways = { ...this.#ways, taskType };
      if (!reachesTheMonitor(this)) continue;
      if (hasExtendedState(this)) this.#ways = { taskType, stateLoad: "xrstor" };
      this.#resources.guestFaults.areCounted = countsGuestFaults(this);
      return;
    }
    throw new MayflyError(
      "MACHINE_UNAVAILABLE",
      "this KVM does not run a guest at CPL 3 up to its first hypercall",
      {
        mend: "run mayfly doctor, and report what it prints",
      },
    );
  }

  create(space: AddressSpace): KvmMachine {
    const low = this.#lowMemories.get(space) ?? buildLowMemory(space, this.#initialSregs, this.#ways);
    this.#lowMemories.set(space, low);
    return new KvmMachine(this.#resources, space, low);
  }

  close(): void {
    const { spares, memory, constants, pageMap, timer, kvm } = this.#resources;
    // The kernel may take its time; nothing waits for it.
    void spares.close();
    memory.close();
    constants?.close();
    pageMap.close();
    timer[Symbol.dispose]();
    kvm.close();
  }
}

function openDevice(): Descriptor {
  try {
    return open(DEVICE, O_RDWR);
  } catch (error) {
    const errno = error instanceof SystemCallError ? error.errno : "";
    const mend =
      errno === "EACCES"
        ? kvmMend()
        : errno === "ENOENT"
          ? "load KVM (modprobe kvm_intel or kvm_amd) or turn on virtualization in the firmware or the cloud instance"
          : "run mayfly doctor";
    throw new MayflyError("MACHINE_UNAVAILABLE", `KVM cannot be used: ${DEVICE}: ${errno}`, {
      cause: error,
      mend,
    });
  }
}

function requireFeatures(kvm: number): void {
  const version = askVersion(kvm);
  if (version !== KVM_API_VERSION)
    throw new MayflyError(
      "MACHINE_UNAVAILABLE",
      `KVM's API version: got ${version}, expected ${KVM_API_VERSION}`,
    );
  const required = { KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_SYNC_REGS };
  for (const [name, capability] of Object.entries(required)) {
    if (tryIoctl(kvm, KVM_CHECK_EXTENSION, capability) > 0) continue;
    throw new MayflyError("MACHINE_UNAVAILABLE", `this KVM lacks ${name}`, {
      mend: "use Linux 4.17 or later",
    });
  }
}

/** The first call: what opens and is no KVM shows itself here, as in a container that was given another device. */
function askVersion(kvm: number): number {
  try {
    return ioctl(kvm, KVM_GET_API_VERSION, 0, "KVM_GET_API_VERSION");
  } catch (error) {
    if (!(error instanceof SystemCallError && error.errno === "ENOTTY")) throw error;
    throw new MayflyError("MACHINE_UNAVAILABLE", `KVM cannot be used: ${DEVICE}: another device (ENOTTY)`, {
      cause: error,
      mend: `give the container the host's ${DEVICE}, or make it: mknod ${DEVICE} c 10 232`,
    });
  }
}

function probeVcpu(kvm: number): { tscHz: number; sregs: Uint8Array } {
  using vm = new Descriptor(ioctl(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM"));
  using vcpu = new Descriptor(ioctl(vm.fd, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU"));
  const sregs = new Uint8Array(Sregs.size);
  ioctlBuffer(vcpu.fd, KVM_GET_SREGS, sregs, "KVM_GET_SREGS");
  return { tscHz: ioctl(vcpu.fd, KVM_GET_TSC_KHZ, 0, "KVM_GET_TSC_KHZ") * 1000, sregs };
}
