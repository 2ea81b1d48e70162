// parts.ts: what one VM is made of: KVM's objects and memory, taken all or not at all.
import type { Descriptor } from "../../linux/descriptor.js";
import { ioctlBuffer } from "../../linux/ioctl.js";
import * as K from "../../linux/kvm.js";
import type { Mapping } from "../../linux/mapping.js";
import { subtractRanges } from "../page-ranges.js";
import type { KeptConstant } from "./constants.js";
import type { KvmCore } from "./core.js";
import type { KvmResources } from "./resources.js";

/** Owned by one KvmMachine. */
export class KvmParts {
  /** Guest memory, all zeros. */
  readonly memory: Mapping;
  readonly #core: KvmCore;
  readonly #shared: KvmResources;

  private constructor(shared: KvmResources, core: KvmCore, memory: Mapping) {
    this.#shared = shared;
    this.#core = core;
    this.memory = memory;
  }

  /** @param constants what the guest sees instead of its own memory in their places */
  static open(shared: KvmResources, memoryBytes: number, constants: readonly KeptConstant[]): KvmParts {
    const core = shared.spares.take();
    try {
      const memory = shared.memory.take(memoryBytes);
      try {
        setMemoryRegions(core.vm.fd, memory, constants);
        return new KvmParts(shared, core, memory);
      } catch (error) {
        shared.memory.giveBack(memory);
        throw error;
      }
    } catch (error) {
      void core.close();
      throw error;
    }
  }

  get vcpu(): Descriptor {
    return this.#core.vcpu;
  }

  /** The vCPU's kvm_run. */
  get run(): Mapping {
    return this.#core.run;
  }

  async close(): Promise<void> {
    await this.#core.close();
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
