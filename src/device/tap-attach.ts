// tap-attach.ts: getting hold of a TAP interface, with every way in which that fails explained. Holds nothing when it fails.
import { MayflyError } from "../errors.js";
import type { Descriptor } from "../linux/descriptor.js";
import { SystemCallError } from "../linux/system-call-error.js";
import {
  adoptDescriptor,
  attachTap,
  disableOffloads,
  IFF_NO_PI,
  IFF_PERSIST,
  IFF_TAP,
  IFF_UP,
  IFF_VNET_HDR,
  interfaceFlags,
  interfaceMtu,
  tapState,
} from "../linux/tun.js";
import { checkMtu } from "./mtu.js";

/** An interface that belongs to the caller now. */
export interface Attached {
  readonly descriptor: Descriptor;
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
}

/**
 * Attaches by name or by `@N`.
 *
 * @param mtu what to take for the interface's own MTU, bytes
 * @throws DEVICE_INVALID
 */
export function attachInterface(nameOrFd: string, mtu: number | undefined): Attached {
  const number = /^@(\d{1,9})$/.exec(nameOrFd)?.[1];
  try {
    return number === undefined ? attachByName(nameOrFd, mtu) : attachByDescriptor(Number(number), mtu);
  } catch (error) {
    throw error instanceof SystemCallError ? explained(nameOrFd, error) : error;
  }
}

function attachByName(name: string, mtu: number | undefined): Attached {
  // What the kernel allows (dev_valid_name), but for "@", which is a descriptor's; "%d" would make it invent a name.
  if (!/^[^\s/:%@]{1,15}$/.test(name)) {
    refuse(
      `network interface: got ${JSON.stringify(name)}, expected a name of 1 to 15 characters, or @FD`,
      "see: ip link",
    );
  }
  if ((interfaceFlags(name) & IFF_UP) === 0) {
    refuse(`network interface ${name}: it is down`, `ip link set ${name} up`);
  }
  const descriptor = attachTap(name);
  try {
    // Attaching makes an interface that went away since the question above anew; that one would end with the VM.
    if ((tapState(descriptor.fd).flags & IFF_PERSIST) === 0)
      throw new SystemCallError(`TUNSETIFF ${name}`, "ENODEV");
    return { descriptor, ...prepared(descriptor.fd, mtu) };
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

/** The descriptor is taken over last: one that is refused stays as it was, and its owner's. */
function attachByDescriptor(fd: number, mtu: number | undefined): Attached {
  const facts = prepared(fd, mtu);
  return { descriptor: adoptDescriptor(fd), ...facts };
}

function prepared(fd: number, mtu: number | undefined): { name: string; mtu: number } {
  const { name, flags } = tapState(fd);
  if ((flags & (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)) !== (IFF_TAP | IFF_NO_PI)) {
    refuse(
      `network interface ${name}: got flags 0x${flags.toString(16)}, expected IFF_TAP | IFF_NO_PI without IFF_VNET_HDR`,
      "let whoever opens the interface ask for IFF_TAP | IFF_NO_PI, or give the interface's name",
    );
  }
  const facts = { name, mtu: mtu ?? interfaceMtu(name) };
  checkMtu(`network interface ${name}`, facts.mtu);
  disableOffloads(fd);
  return facts;
}

/** By errno. */
const MENDS: Readonly<Record<string, (name: string) => string>> = {
  ENODEV: (name) => `create it: ip tuntap add ${name} mode tap user $USER && ip link set ${name} up`,
  EPERM: (name) => `run as root, or give it to your user: ip tuntap add ${name} mode tap user $USER`,
  EACCES: () => "run as root, or make /dev/net/tun accessible: chmod 666 /dev/net/tun",
  ENOENT: () => "load the kernel's tun module: modprobe tun",
  EBUSY: () => "stop the other program that is attached to it: an interface serves one VM",
  EINVAL: () => "give a TAP interface; this one is of another kind",
  EBADF: () => "give a descriptor that the parent process left open",
  EBADFD: () => "let whoever opens /dev/net/tun attach it with TUNSETIFF before handing it over",
  ENOTTY: () => "give a descriptor of /dev/net/tun",
};

function explained(nameOrFd: string, cause: SystemCallError): MayflyError {
  const mend = MENDS[cause.errno]?.(nameOrFd);
  return new MayflyError("DEVICE_INVALID", `network interface ${nameOrFd}: ${cause.message}`, {
    ...(mend === undefined ? {} : { mend }),
    cause,
  });
}

function refuse(problem: string, mend: string): never {
  throw new MayflyError("DEVICE_INVALID", problem, { mend });
}
