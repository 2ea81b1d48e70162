// net-tap.ts: a network device over a TAP interface of the host, by name or by a descriptor that was inherited.
import { MayflyError } from "../errors.js";
import type { Descriptor } from "../linux/descriptor.js";
import { FdReadiness, isReadable } from "../linux/fd-poll.js";
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
  readFrame,
  tapState,
  writeFrame,
} from "../linux/tun.js";
import { parseMac, randomMac } from "./mac.js";
import { checkMtu } from "./mtu.js";
import type { NetBackend } from "./net.js";

export interface NetTapOptions {
  /** The guest's address, such as 02:00:00:00:00:01; random unless given. */
  readonly mac?: string;
  /** What the guest is told, bytes; the interface's unless given. */
  readonly mtu?: number;
}

/** A TAP interface as a back-end. */
export interface NetTap extends NetBackend {
  /** The interface's name. */
  readonly name: string;
  /** Frames lost: the host had no room for one, or the guest's buffer was too small. */
  readonly dropped: number;
}

/**
 * Attaches to a TAP interface.
 *
 * @param nameOrFd an interface that exists and is up, or `@N` or a number: a TAP's descriptor that this process inherited, which now
 *   belongs to the back-end
 * @returns the back-end to attach; attached to a VM it is closed with it
 * @throws DEVICE_INVALID when there is no such interface, it is down or in use, the descriptor is no TAP's, or an option does not fit
 * @example
 * // As root: ip tuntap add tap100 mode tap user $USER && ip link set tap100 up
 * const tap = netTap("tap100", { mac: "02:00:00:00:00:01" });
 * tap.mtu; // 1500
 */
export function netTap(nameOrFd: string | number, options: NetTapOptions = {}): NetTap {
  const mac = options.mac === undefined ? randomMac() : parseMac(options.mac);
  const spelled = typeof nameOrFd === "number" ? `@${nameOrFd}` : nameOrFd;
  const descriptor = attach(spelled);
  try {
    const { name, flags } = tapState(descriptor.fd);
    if ((flags & (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)) !== (IFF_TAP | IFF_NO_PI)) {
      throw new MayflyError(
        "DEVICE_INVALID",
        `${name}: got flags 0x${flags.toString(16)}, expected IFF_TAP | IFF_NO_PI without IFF_VNET_HDR`,
        {
          mend: "let whoever opens the interface ask for IFF_TAP | IFF_NO_PI, or give the interface's name",
        },
      );
    }
    const mtu = options.mtu ?? interfaceMtu(name);
    checkMtu(name, mtu);
    disableOffloads(descriptor.fd);
    return new Tap(descriptor, name, mtu, mac);
  } catch (error) {
    descriptor.close();
    throw error instanceof SystemCallError ? unusable(spelled, error) : error;
  }
}

function attach(nameOrFd: string): Descriptor {
  try {
    const descriptor = /^@(\d{1,9})$/.exec(nameOrFd);
    return descriptor === null ? attachByName(nameOrFd) : adoptDescriptor(Number(descriptor[1]));
  } catch (error) {
    throw error instanceof SystemCallError ? unusable(nameOrFd, error) : error;
  }
}

function attachByName(name: string): Descriptor {
  // What the kernel allows (dev_valid_name); "%d" would make it invent a name.
  if (!/^[^\s/:%@]{1,15}$/.test(name)) {
    throw new MayflyError(
      "DEVICE_INVALID",
      `network interface: got ${JSON.stringify(name)}, expected a name of 1 to 15 characters, or @FD`,
    );
  }
  if ((interfaceFlags(name) & IFF_UP) === 0) {
    throw new MayflyError("DEVICE_INVALID", `network interface ${name}: it is down`, {
      mend: `ip link set ${name} up`,
    });
  }
  const descriptor = attachTap(name);
  // An interface that went away since the question above was made anew by the attaching: it would be gone with the VM.
  if ((tapState(descriptor.fd).flags & IFF_PERSIST) !== 0) return descriptor;
  descriptor.close();
  throw new SystemCallError(`TUNSETIFF ${name}`, "ENODEV");
}

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

function unusable(name: string, cause: SystemCallError): MayflyError {
  const mend = MENDS[cause.errno]?.(name);
  return new MayflyError("DEVICE_INVALID", `network interface ${name}: ${cause.message}`, {
    ...(mend === undefined ? {} : { mend }),
    cause,
  });
}

class Tap implements NetTap {
  readonly name: string;
  readonly mtu: number;
  readonly mac: Uint8Array;
  dropped = 0;
  readonly #descriptor: Descriptor;
  readonly #readiness: FdReadiness;

  constructor(descriptor: Descriptor, name: string, mtu: number, mac: Uint8Array) {
    this.name = name;
    this.mtu = mtu;
    this.mac = mac;
    this.#descriptor = descriptor;
    this.#readiness = new FdReadiness(descriptor.fd);
  }

  get readable(): boolean {
    return isReadable(this.#descriptor.fd);
  }

  read(into: Uint8Array): number {
    const bytes = readFrame(this.#descriptor.fd, into);
    if (bytes >= 0) return bytes;
    this.dropped++;
    return 0;
  }

  write(frame: Uint8Array): void {
    if (!writeFrame(this.#descriptor.fd, frame)) this.dropped++;
  }

  onceReadable(listener: () => void): () => void {
    return this.#readiness.onceReadable(listener);
  }

  close(): void {
    this.#readiness.close();
    this.#descriptor.close();
  }
}
