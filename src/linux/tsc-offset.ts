// tsc-offset.ts: what a vCPU's time-stamp counter is ahead of the host's (Documentation/virt/kvm/devices/vcpu.rst, KVM_VCPU_TSC_CTRL).
import koffi from "koffi";
import { ioctlBuffer, tryIoctlBuffer } from "./ioctl.js";
import {
  DeviceAttribute,
  KVM_GET_DEVICE_ATTR,
  KVM_HAS_DEVICE_ATTR,
  KVM_SET_DEVICE_ATTR,
  KVM_VCPU_TSC_CTRL,
  KVM_VCPU_TSC_OFFSET,
} from "./kvm.js";

/** Filled and used within one call: one for all. A buffer of 64 bytes and more lies outside V8's heap and does not move. */
const value = new BigUint64Array(16);
const attribute = new Uint8Array(DeviceAttribute.size);
DeviceAttribute.write(attribute, {
  group: KVM_VCPU_TSC_CTRL,
  attr: KVM_VCPU_TSC_OFFSET,
  addr: koffi.address(value),
});

/** Ticks, modulo 2^64; undefined when this kernel does not tell (before Linux 5.16). */
export function readTscOffset(vcpu: number): bigint | undefined {
  if (tryIoctlBuffer(vcpu, KVM_HAS_DEVICE_ATTR, attribute) !== 0) return undefined;
  // Safe: the kernel writes eight bytes, which the array has.
  ioctlBuffer(vcpu, KVM_GET_DEVICE_ATTR, attribute, "KVM_GET_DEVICE_ATTR KVM_VCPU_TSC_OFFSET");
  return value[0]!;
}

/**
 * Sets it. Not by writing the counter itself: KVM takes a value close to the one expected for an attempt to synchronize
 * vCPUs, and ignores it.
 */
export function writeTscOffset(vcpu: number, offset: bigint): void {
  value[0] = offset;
  ioctlBuffer(vcpu, KVM_SET_DEVICE_ATTR, attribute, "KVM_SET_DEVICE_ATTR KVM_VCPU_TSC_OFFSET");
}
