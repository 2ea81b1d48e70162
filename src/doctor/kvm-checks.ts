// kvm-checks.ts: what KVM is here, and how fast are VMs made on it? Judges readings only.
import { KVM_API_VERSION } from "../linux/kvm.js";
import { accessMend } from "../machine/kvm/device-access.js";
import { capabilities } from "./capabilities.js";
import type { Check, Finding } from "./check.js";
import { withoutOne } from "./machine-checks.js";
import type { Readings } from "./readings.js";

/** A VM that takes longer to make and close eats the whole start of a request. */
const SLOW_MS = 5;

export const kvmChecks: readonly Check[] = [
  { name: "KVM", judge: device },
  { name: "KVM kind", judge: kind },
  { name: "KVM capabilities", judge: abilities },
  { name: "KVM life cycle", judge: lifeCycle },
];

function device(readings: Readings): Finding {
  const { kvmDevice, kvmGroup, kvm, kvmError, cpuFlags } = readings;
  const status = withoutOne(readings);
  if (kvmDevice === "absent") {
    const cpuHasIt = cpuFlags.has("vmx") || cpuFlags.has("svm");
    const mend = cpuHasIt
      ? `load the module: sudo modprobe ${cpuFlags.has("vmx") ? "kvm_intel" : "kvm_amd"}`
      : "turn virtualization on in the firmware, or nested virtualization in the cloud instance";
    return { status, found: "/dev/kvm is absent", mend };
  }
  if (kvmDevice === "denied") {
    const mend = kvmGroup === undefined ? "look at /dev again" : accessMend(kvmGroup);
    return { status, found: "/dev/kvm: this user may not open it", mend };
  }
  if (kvm === undefined) {
    const mend = kvmError?.endsWith("ENOTTY")
      ? "another device has that name: give the container the host's, or make it: mknod /dev/kvm c 10 232"
      : "another hypervisor may hold the CPU: stop it; see sudo dmesg | grep -i kvm";
    return { status, found: kvmError ?? "/dev/kvm does not answer", mend };
  }
  if (kvm.apiVersion !== KVM_API_VERSION) {
    const found = `API version: got ${kvm.apiVersion}, expected ${KVM_API_VERSION}`;
    return { status, found, mend: "use Linux 4.17 or later" };
  }
  return { status: "ok", found: `/dev/kvm, API version ${kvm.apiVersion}` };
}

function kind({ kvmModules, cpuFlags }: Readings): Finding {
  const nested = cpuFlags.has("hypervisor") ? ", nested: this machine is a VM itself" : "";
  if (kvmModules.includes("kvm_pvm")) {
    return { status: "ok", found: "PVM (software): right, but each exit is dear" };
  }
  if (kvmModules.includes("kvm_intel")) return { status: "ok", found: `Intel VT-x${nested}` };
  if (kvmModules.includes("kvm_amd")) return { status: "ok", found: `AMD SVM${nested}` };
  return { status: "ok", found: "unknown: no module of KVM is visible in /sys/module" };
}

function abilities(readings: Readings): Finding {
  const { kvm } = readings;
  const status = withoutOne(readings);
  if (kvm === undefined) return { status, found: "not asked: KVM cannot be used", mend: "see KVM above" };
  const missing = capabilities.filter(
    ({ name, bits }) => ((kvm.capabilities.get(name) ?? 0) & bits) !== bits,
  );
  if (missing.length === 0) return { status: "ok", found: capabilities.map(({ name }) => name).join(", ") };
  return {
    status,
    found: `missing: ${missing.map(({ name, purpose }) => `${name} (${purpose})`).join(", ")}`,
    mend: `use Linux ${missing
      .map(({ since }) => since)
      .sort(byVersion)
      .at(-1)} or later`,
  };
}

function lifeCycle(readings: Readings): Finding {
  const { kvm, nxHugePages, cgroupOptions } = readings;
  if (kvm === undefined)
    return {
      status: withoutOne(readings),
      found: "not measured: KVM cannot be used",
      mend: "see KVM above",
    };
  const found = `create ${kvm.createMs.toFixed(2)} ms, close ${kvm.closeMs.toFixed(2)} ms`;
  if (kvm.createMs + kvm.closeMs <= SLOW_MS) return { status: "ok", found };
  // Both were found to cost tens of milliseconds: https://github.com/firecracker-microvm/firecracker/issues/2129
  const mends: string[] = [];
  if (nxHugePages !== undefined && nxHugePages !== "N" && nxHugePages !== "never") {
    mends.push("boot with kvm.nx_huge_pages=never (if your CPU has no iTLB multihit erratum)");
  }
  if (cgroupOptions !== undefined && !cgroupOptions.split(",").includes("favordynmods")) {
    mends.push("sudo mount -o remount,favordynmods /sys/fs/cgroup");
  }
  const mend = mends.length > 0 ? mends.join("; or ") : "the machine may be busy: try again when it is idle";
  return { status: "warn", found: `${found}, expected at most ${SLOW_MS} ms in all`, mend };
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
