// tun.ts: TAP interfaces: attaching, asking, and moving frames (Documentation/networking/tuntap.rst, netdevice(7)).
import { constants } from "node:fs";
import koffi from "koffi";
import { bytes, i32, struct } from "../abi/struct.js";
import { Descriptor, O_RDWR, open } from "./descriptor.js";
import { ioctlBuffer, ior, iow } from "./ioctl.js";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const socket = libc.func("int socket(int domain, int type, int protocol)");
const fcntl = libc.func("int fcntl(int fd, int cmd, int argument)");
const write = libc.func("intptr_t write(int fd, void *buffer, size_t count)");
const readv = libc.func("intptr_t readv(int fd, void *iov, int iovcnt)");

// include/uapi/linux/if_tun.h
const TUNSETIFF = iow(0x54, 202, 4);
const TUNSETOFFLOAD = iow(0x54, 208, 4);
const TUNGETIFF = ior(0x54, 210, 4);
export const IFF_TAP = 0x0002;
export const IFF_NO_PI = 0x1000;
export const IFF_VNET_HDR = 0x4000;
export const IFF_PERSIST = 0x0800;

// include/uapi/linux/sockios.h, include/uapi/linux/if.h
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFMTU = 0x8921;
export const IFF_UP = 0x1;
const IFNAMSIZ = 16;

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;

/** include/uapi/linux/if.h, struct ifreq; `value` is the union's ifr_mtu, or ifr_flags in its low half. */
const Ifreq = struct("ifreq", { name: bytes(IFNAMSIZ), value: i32, rest: bytes(20) }, { size: 40 });

/** What a TAP's descriptor says about itself. */
export interface TapState {
  readonly name: string;
  /** IFF_… of if_tun.h. */
  readonly flags: number;
}

/** Attaches to a TAP interface, without packet information, not blocking. Creates it when it does not exist. */
export function attachTap(name: string): Descriptor {
  const tap = open("/dev/net/tun", O_RDWR | constants.O_NONBLOCK);
  try {
    ioctlBuffer(tap.fd, TUNSETIFF, request(name, IFF_TAP | IFF_NO_PI), `TUNSETIFF ${name}`);
    return tap;
  } catch (error) {
    tap.close();
    throw error;
  }
}

/** Takes over a descriptor that this process inherited: not blocking, and not inherited further. */
export function adoptDescriptor(fd: number): Descriptor {
  const flags = check(`fcntl F_GETFL of descriptor ${fd}`, fcntl(fd, F_GETFL, 0));
  check("fcntl F_SETFL", fcntl(fd, F_SETFL, flags | constants.O_NONBLOCK));
  check("fcntl F_SETFD", fcntl(fd, F_SETFD, FD_CLOEXEC));
  return new Descriptor(fd);
}

/** Throws ENOTTY or EBADFD when the descriptor is no TAP or is not attached. */
export function tapState(fd: number): TapState {
  const ifreq = request("", 0);
  ioctlBuffer(fd, TUNGETIFF, ifreq, "TUNGETIFF");
  const { name, value } = Ifreq.read(ifreq);
  return { name: Buffer.from(name).toString("latin1").replace(/\0.*$/s, ""), flags: value & 0xffff };
}

/** Has the kernel cut large segments and fill in checksums before frames get here: an earlier user may have asked otherwise. */
export function disableOffloads(fd: number): void {
  check("ioctl TUNSETOFFLOAD", setOffload(fd, TUNSETOFFLOAD, 0));
}
const setOffload = libc.func("int ioctl(int fd, unsigned long request, unsigned long argument)");

/** An interface's IFF_… flags of if.h. Throws ENODEV when there is none of this name. */
export function interfaceFlags(name: string): number {
  return askInterface(SIOCGIFFLAGS, name, "SIOCGIFFLAGS") & 0xffff;
}

/** An interface's MTU, bytes. */
export function interfaceMtu(name: string): number {
  return askInterface(SIOCGIFMTU, name, "SIOCGIFMTU");
}

/** Errors that pass. EAGAIN has two names. */
const NOTHING_NOW = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);
const NO_ROOM_NOW = new Set([...NOTHING_NOW, "ENOBUFS", "ENOMEM"]);

/** struct iovec twice: the reader's slice, and one byte of ours behind it. Filled and used within one call. */
const iovec = new BigUint64Array(4);
const spare = new Uint8Array(1);

/**
 * Reads one frame straight into `into`. Returns its bytes; 0 when none waits; -1 when the frame was longer than
 * `into` and is lost: with IFF_NO_PI the kernel cuts silently, so that only the byte behind tells.
 */
export function readFrame(fd: number, into: Uint8Array): number {
  iovec[0] = koffi.address(into);
  iovec[1] = BigInt(into.length);
  iovec[2] = koffi.address(spare);
  iovec[3] = 1n;
  // Safe: both slices outlive the call, which is synchronous.
  const count = readv(fd, iovec, 2);
  if (count > into.length) return -1;
  if (count !== -1) return count;
  const errno = lastErrno();
  if (NOTHING_NOW.has(errno)) return 0;
  throw new SystemCallError("read of a TAP interface", errno);
}

/** Sends one frame. Returns whether the kernel took it: false when it has no room at the moment. */
export function writeFrame(fd: number, frame: Uint8Array): boolean {
  // Safe: the kernel reads no more than the slice's length, within the call.
  if (write(fd, frame, frame.length) !== -1) return true;
  const errno = lastErrno();
  if (NO_ROOM_NOW.has(errno)) return false;
  throw new SystemCallError("write to a TAP interface", errno);
}

function askInterface(number: number, name: string, what: string): number {
  using any = new Descriptor(check("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  const ifreq = request(name, 0);
  ioctlBuffer(any.fd, number, ifreq, `${what} ${name}`);
  return Ifreq.read(ifreq).value;
}

function request(name: string, value: number): Uint8Array {
  const ifreq = new Uint8Array(Ifreq.size);
  const padded = new Uint8Array(IFNAMSIZ);
  padded.set(Buffer.from(name, "latin1").subarray(0, IFNAMSIZ - 1));
  Ifreq.write(ifreq, { name: padded, value });
  return ifreq;
}
