// host-facts.ts: names the machine that the tests run on: kernel, CPU, kind of KVM. Reads files, changes nothing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import type { HostFacts } from "./results.js";

/** `kvm` of a machine that has none. */
export const NO_KVM = "no /dev/kvm";

export function hostFacts(): HostFacts {
  return {
    kernel: `Linux ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    kvm: kvmKind(),
    node: process.version,
  };
}

/** Which module serves /dev/kvm: kvm_intel and kvm_amd are the CPU's own, kvm_pvm is a software KVM inside a VM. */
function kvmKind(): string {
  if (!existsSync("/dev/kvm")) return NO_KVM;
  const name = readdirSync("/sys/module").find((module) => /^kvm_./.test(module));
  if (name === undefined) return "built into the kernel";
  // Nested paging: AMD calls it NPT, Intel EPT. Without it, KVM keeps shadow page tables.
  const nested = ["npt", "ept"]
    .map((parameter) => `/sys/module/${name}/parameters/${parameter}`)
    .find((path) => existsSync(path));
  if (nested === undefined) return name;
  const on = ["Y", "1"].includes(readFileSync(nested, "utf8").trim());
  return `${name}, ${on ? "nested paging" : "shadow paging"}`;
}
