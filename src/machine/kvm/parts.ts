// parts.ts: the kernel objects of one VM, opened all or not at all.
import { Descriptor } from "../../linux/descriptor.js";
import { ioctl, ioctlBuffer } from "../../linux/ioctl.js";
import * as K from "../../linux/kvm.js";
import { type Mapping, mapShared } from "../../linux/mapping.js";
import { subtractRanges } from "../page-ranges.js";
import type { KeptConstant } from "./constants.js";
import type { KvmResources } from "./resources.js";

/** Owned by one KvmMachine. */
export class KvmParts {
  readonly vm: Descriptor;
  readonly vcpu: Descriptor;
  /** The vCPU's kvm_run. */
  readonly run: Mapping;
  /** Guest memory, all zeros. */
  readonly memory: Mapping;
  readonly #shared: KvmResources;

  private constructor(shared: KvmResources, vm: Descriptor, vcpu: Descriptor, run: Mapping, memory: Mapping) {
    this.#shared = shared;
    this.vm = vm;
    this.vcpu = vcpu;
    this.run = run;
    this.memory = memory;
  }

  /** @param constants what the guest sees instead of its own memory in their places */
  static open(shared: KvmResources, memoryBytes: number, constants: readonly KeptConstant[]): KvmParts {
    const undo: (() => void)[] = [];
    try {
      const vm = new Descriptor(ioctl(shared.kvm.fd, K.KVM_CREATE_VM, 0, "KVM_CREATE_VM"));
      undo.push(() => vm.close());
      const memory = shared.memory.take(memoryBytes);
      undo.push(() => shared.memory.giveBack(memory));
      setMemoryRegions(vm.fd, memory, constants);
      const vcpu = new Descriptor(ioctl(vm.fd, K.KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU"));
      undo.push(() => vcpu.close());
      const run = mapShared(vcpu.fd, shared.runBytes, "a vCPU's kvm_run");
      undo.push(() => run.close());
      ioctlBuffer(vcpu.fd, K.KVM_SET_CPUID2, shared.cpuid, "KVM_SET_CPUID2");
      ioctlBuffer(vcpu.fd, K.KVM_SET_SIGNAL_MASK, shared.signalMask, "KVM_SET_SIGNAL_MASK");
      return new KvmParts(shared, vm, vcpu, run, memory);
    } catch (error) {
      for (const close of undo.reverse()) close();
      throw error;
    }
  }

  /**
   * The kernel takes its time to destroy a VM (half a millisecond here, sometimes four): a thread of the pool waits for it,
   * and the event loop serves others meanwhile.
   */
  async close(): Promise<void> {
    this.run.close();
    this.vcpu.close();
    await this.vm.closeInBackground();
    // Only now does KVM hold no reference to the memory.
    this.#shared.memory.giveBack(this.memory);
  }
}

function setMemoryRegions(vm: number, memory: Mapping, constants: readonly KeptConstant[]): void {
  const own = subtractRanges([{ start: 0, end: memory.length }], constants);
  const slots = [
    ...own.map(({ start, end }) => ({ start, end, flags: 0, from: memory.address + BigInt(start) })),
    ...constants.map(({ start, end, mapping }) => ({
      start,
      end,
      flags: K.KVM_MEM_READONLY,
      from: mapping.address,
    })),
  ];
  const region = new Uint8Array(K.UserspaceMemoryRegion.size);
  for (const [slot, { start, end, flags, from }] of slots.entries()) {
    K.UserspaceMemoryRegion.write(region, {
      slot,
      flags,
      guest_phys_addr: BigInt(start),
      memory_size: BigInt(end - start),
      userspace_addr: from,
    });
    ioctlBuffer(vm, K.KVM_SET_USER_MEMORY_REGION, region, "KVM_SET_USER_MEMORY_REGION");
  }
}
