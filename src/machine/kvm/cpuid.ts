// cpuid.ts: what CPUID tells a guest: what KVM supports, less what a guest has no business with.

import { ioctlBuffer } from "../../linux/ioctl.js";
import { Cpuid2, CpuidEntry, KVM_GET_SUPPORTED_CPUID } from "../../linux/kvm.js";

const MAX_ENTRIES = 256;
const LEAF_1_ECX_HIDDEN = (1 << 5) | (1 << 21) | (1 << 24); // VMX, x2APIC, TSC-deadline timer
const LEAF_80000001_ECX_HIDDEN = 1 << 2; // SVM

/** The struct kvm_cpuid2 that every guest of this host gets. */
export function readGuestCpuid(kvm: number): Uint8Array {
  const table = new Uint8Array(Cpuid2.size + MAX_ENTRIES * CpuidEntry.size);
  Cpuid2.write(table, { nent: MAX_ENTRIES });
  ioctlBuffer(kvm, KVM_GET_SUPPORTED_CPUID, table, "KVM_GET_SUPPORTED_CPUID");
  const count = Cpuid2.read(table).nent;
  for (let i = 0; i < count; i++) {
    const at = Cpuid2.size + i * CpuidEntry.size;
    const entry = CpuidEntry.read(table, at);
    if (entry.function === 1) CpuidEntry.write(table, { ecx: (entry.ecx & ~LEAF_1_ECX_HIDDEN) >>> 0 }, at);
    if (entry.function === 0x8000_0001)
      CpuidEntry.write(table, { ecx: (entry.ecx & ~LEAF_80000001_ECX_HIDDEN) >>> 0 }, at);
  }
  return table.subarray(0, Cpuid2.size + count * CpuidEntry.size);
}
