// readings.ts: everything that the checks judge, read from this machine once. Changes nothing; runs a few guests for a trial.
import { type DeviceGroup, deviceGroup } from "../machine/kvm/device-access.js";
import { accessTo, commandVersion, type FileAccess, readNumber, readWord } from "./host-files.js";
import type { KvmReadings } from "./kvm-probe.js";
import type { MachineTrials } from "./machine-trial.js";

export interface Readings extends MachineTrials {
  /** "20.12.0" */
  readonly nodeVersion: string;
  readonly arch: string;
  readonly platform: string;
  readonly kvmDevice: FileAccess;
  /** Whose the device is; undefined when there is none. */
  readonly kvmGroup: DeviceGroup | undefined;
  /** Undefined when KVM could not be asked; then `kvmError` has the reason, if the device is usable. */
  readonly kvm: KvmReadings | undefined;
  readonly kvmError: string | undefined;
  /** Which of KVM's modules are loaded: "kvm_intel", "kvm_amd", "kvm_pvm". */
  readonly kvmModules: readonly string[];
  /** The flags of the first CPU in /proc/cpuinfo. */
  readonly cpuFlags: ReadonlySet<string>;
  /** "Y", "N", "never"; undefined when this KVM has no such knob. */
  readonly nxHugePages: string | undefined;
  /** Mount options of cgroup 2, or undefined when it is not mounted. */
  readonly cgroupOptions: string | undefined;
  /** "always", "madvise", "never"; undefined when the kernel has none. */
  readonly hugePages: string | undefined;
  readonly tapDevice: FileAccess;
  /** The first line of `--version`; undefined when the tool is missing. */
  readonly compiler: string | undefined;
  readonly linker: string | undefined;
  readonly seccompActions: string | undefined;
  /** Yama's kernel.yama.ptrace_scope; undefined when the kernel has no Yama. */
  readonly ptraceScope: number | undefined;
  /** The sysctl vm.memfd_noexec; undefined when the kernel has none. */
  readonly memfdNoexec: number | undefined;
  readonly securityModules: string | undefined;
  /** Landlock's ABI, 0 for none; undefined when the kernel could not be asked. */
  readonly landlockAbi: number | undefined;
  readonly hasNoNewPrivileges: boolean;
  readonly availableMemoryMiB: number | undefined;
}

const KVM_MODULES = ["kvm_intel", "kvm_amd", "kvm_pvm"];

/** Reads this machine. */
export async function readMachine(): Promise<Readings> {
  const kvmDevice = accessTo("/dev/kvm");
  const cpuFlags = readWord("/proc/cpuinfo", /^flags\s*:\s*(.*)$/m) ?? "";
  const availableKiB = readNumber("/proc/meminfo", /^MemAvailable:\s*(\d+) kB$/m);
  return {
    nodeVersion: process.versions.node,
    arch: process.arch,
    platform: process.platform,
    kvmDevice,
    kvmGroup: deviceGroup(),
    ...(await readKvm(kvmDevice)),
    ...(await readMachines()),
    kvmModules: KVM_MODULES.filter((name) => accessTo(`/sys/module/${name}`) !== "absent"),
    cpuFlags: new Set(cpuFlags.split(" ")),
    nxHugePages: readWord("/sys/module/kvm/parameters/nx_huge_pages", /(\S+)/),
    cgroupOptions: readWord("/proc/mounts", /^\S+ \S+ cgroup2 (\S+)/m),
    hugePages: readWord("/sys/kernel/mm/transparent_hugepage/enabled", /\[(\w+)\]/),
    tapDevice: accessTo("/dev/net/tun"),
    compiler: commandVersion("cc"),
    linker: commandVersion("ld"),
    seccompActions: readWord("/proc/sys/kernel/seccomp/actions_avail", /^(.*)$/m),
    ptraceScope: readNumber("/proc/sys/kernel/yama/ptrace_scope", /^(\d+)/),
    memfdNoexec: readNumber("/proc/sys/vm/memfd_noexec", /^(\d+)/),
    securityModules: readWord("/sys/kernel/security/lsm", /^(.*)$/m),
    landlockAbi: await readLandlock(),
    hasNoNewPrivileges: readNumber("/proc/self/status", /^NoNewPrivs:\s*(\d)/m) !== undefined,
    availableMemoryMiB: availableKiB === undefined ? undefined : Math.floor(availableKiB / 1024),
  };
}

/** The FFI is loaded in these three, and not before: where it does not load, the doctor must still be able to say so. */
async function readMachines(): Promise<MachineTrials> {
  try {
    const { tryMachines } = await import("./machine-trial.js");
    return tryMachines();
  } catch (error) {
    const failed = { works: false, reason: reasonOf(error), mend: undefined } as const;
    return { kvmMachine: failed, processMachine: failed, namespaces: undefined };
  }
}

async function readKvm(device: FileAccess): Promise<Pick<Readings, "kvm" | "kvmError">> {
  if (device !== "usable") return { kvm: undefined, kvmError: undefined };
  try {
    const { probeKvm } = await import("./kvm-probe.js");
    return { kvm: probeKvm(), kvmError: undefined };
  } catch (error) {
    return { kvm: undefined, kvmError: reasonOf(error) };
  }
}

async function readLandlock(): Promise<number | undefined> {
  try {
    const { landlockAbi } = await import("../linux/hardening/landlock.js");
    return landlockAbi();
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
