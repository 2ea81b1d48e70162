// kvm-probe.ts: asks /dev/kvm what it can do and how long a VM takes. Closes all that it opens.
import { Descriptor, O_RDWR, open } from "../linux/descriptor.js";
import { ioctl, tryIoctl } from "../linux/ioctl.js";
import { KVM_CHECK_EXTENSION, KVM_CREATE_VCPU, KVM_CREATE_VM, KVM_GET_API_VERSION } from "../linux/kvm.js";
import { capabilities } from "./capabilities.js";

export interface KvmReadings {
  readonly apiVersion: number;
  /** What KVM_CHECK_EXTENSION answers, by the capability's name. */
  readonly capabilities: ReadonlyMap<string, number>;
  /** Milliseconds; the median of a few VMs with one vCPU each. */
  readonly createMs: number;
  readonly closeMs: number;
}

const TRIALS = 7;

/** @throws SystemCallError when KVM refuses */
export function probeKvm(): KvmReadings {
  using kvm = open("/dev/kvm", O_RDWR);
  const answers = capabilities.map(
    ({ name, number }) => [name, tryIoctl(kvm.fd, KVM_CHECK_EXTENSION, number)] as const,
  );
  const trials = Array.from({ length: TRIALS }, () => tryVm(kvm.fd));
  return {
    apiVersion: ioctl(kvm.fd, KVM_GET_API_VERSION, 0, "KVM_GET_API_VERSION"),
    capabilities: new Map(answers),
    createMs: median(trials.map(({ created }) => created)),
    closeMs: median(trials.map(({ closed }) => closed)),
  };
}

function tryVm(kvm: number): { created: number; closed: number } {
  const start = performance.now();
  const vm = new Descriptor(ioctl(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM"));
  try {
    const vcpu = new Descriptor(ioctl(vm.fd, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU"));
    const created = performance.now();
    vcpu.close();
    vm.close();
    return { created: created - start, closed: performance.now() - created };
  } finally {
    vm.close();
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
