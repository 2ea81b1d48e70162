// capabilities.ts: KVM's capabilities that Mayfly needs, with what each is for (include/uapi/linux/kvm.h). Data only.
import { KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_SYNC_REGS } from "../linux/kvm.js";

export interface Capability {
  /** The kernel's name without KVM_CAP_. */
  readonly name: string;
  readonly number: number;
  /** Bits that the answer must have. */
  readonly bits: number;
  readonly purpose: string;
  /** The first Linux that has it. */
  readonly since: string;
}

export const capabilities: readonly Capability[] = [
  { name: "USER_MEMORY", number: 3, bits: 1, purpose: "guest memory", since: "2.6.25" },
  { name: "EXT_CPUID", number: 7, bits: 1, purpose: "what the guest's CPUID answers", since: "2.6.26" },
  { name: "GET_TSC_KHZ", number: 61, bits: 1, purpose: "the guest's clock", since: "3.0" },
  // Bits: general registers 1, special registers 2.
  {
    name: "SYNC_REGS",
    number: KVM_CAP_SYNC_REGS,
    bits: 3,
    purpose: "registers without a call",
    since: "4.17",
  },
  { name: "IMMEDIATE_EXIT", number: KVM_CAP_IMMEDIATE_EXIT, bits: 1, purpose: "interruption", since: "4.13" },
];
