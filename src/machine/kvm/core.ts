// core.ts: a VM of KVM's with its vCPU, before it has any memory: the same for every guest, so that one can lie ready.
import { Descriptor } from "../../linux/descriptor.js";
import { ioctl, ioctlBuffer } from "../../linux/ioctl.js";
import * as K from "../../linux/kvm.js";
import { type Mapping, mapShared } from "../../linux/mapping.js";
import type { KvmResources } from "./resources.js";

export class KvmCore {
  readonly vm: Descriptor;
  readonly vcpu: Descriptor;
  /** The vCPU's kvm_run. */
  readonly run: Mapping;

  private constructor(vm: Descriptor, vcpu: Descriptor, run: Mapping) {
    this.vm = vm;
    this.vcpu = vcpu;
    this.run = run;
  }

  static open(shared: Pick<KvmResources, "kvm" | "runBytes" | "cpuid" | "signalMask">): KvmCore {
    const undo: (() => void)[] = [];
    try {
      const vm = new Descriptor(ioctl(shared.kvm.fd, K.KVM_CREATE_VM, 0, "KVM_CREATE_VM"));
      undo.push(() => vm.close());
      const vcpu = new Descriptor(ioctl(vm.fd, K.KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU"));
      undo.push(() => vcpu.close());
      const run = mapShared(vcpu.fd, shared.runBytes, "a vCPU's kvm_run");
      undo.push(() => run.close());
      ioctlBuffer(vcpu.fd, K.KVM_SET_CPUID2, shared.cpuid, "KVM_SET_CPUID2");
      ioctlBuffer(vcpu.fd, K.KVM_SET_SIGNAL_MASK, shared.signalMask, "KVM_SET_SIGNAL_MASK");
      return new KvmCore(vm, vcpu, run);
    } catch (error) {
      for (const close of undo.reverse()) close();
      throw error;
    }
  }

  /**
   * The kernel takes its time to destroy a VM (half a millisecond here, sometimes four): a thread of the pool waits for it,
   * and the event loop serves others meanwhile.
   */
  close(): Promise<void> {
    this.run.close();
    this.vcpu.close();
    return this.vm.closeInBackground();
  }
}
