// no-machine.ts: why a machine cannot be had here, for tests that skip: asked of the kernel, not of the code under test.
import { MayflyError } from "../../src/errors.js";
import { O_RDWR, open } from "../../src/linux/descriptor.js";
import { ioctl } from "../../src/linux/ioctl.js";
import { KVM_GET_API_VERSION } from "../../src/linux/kvm.js";
import { SystemCallError } from "../../src/linux/system-call-error.js";
import { ProcessHost } from "../../src/machine/process/host.js";

/** Why KVM cannot be used; false when it answers: then a machine that does not open is a failure. */
export function noKvm(): string | false {
  try {
    using kvm = open("/dev/kvm", O_RDWR);
    ioctl(kvm.fd, KVM_GET_API_VERSION, 0, "KVM_GET_API_VERSION");
    return false;
  } catch (error) {
    if (error instanceof SystemCallError) return `no KVM: ${error.message}`;
    throw error;
  }
}

/** Why no guest's process can be had; false when one starts. */
export function noProcessMachine(): string | false {
  try {
    ProcessHost.open().close();
    return false;
  } catch (error) {
    if (error instanceof MayflyError) return `no process machine: ${error.message}`;
    throw error;
  }
}

/** Why no guest at all can run. */
export function noMachine(): string | false {
  const kvm = noKvm();
  const process = kvm && noProcessMachine();
  return process && `${kvm}; ${process}`;
}
