// net-tap.ts: a network device over a TAP interface of the host, by name or by a descriptor that was inherited.
import type { Descriptor } from "../linux/descriptor.js";
import { FdReadiness, isReadable } from "../linux/fd-poll.js";
import { readFrame, writeFrame } from "../linux/tun.js";
import { parseMac, randomMac } from "./mac.js";
import type { NetBackend } from "./net.js";
import { attachInterface } from "./tap-attach.js";

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
  const { descriptor, name, mtu } = attachInterface(
    typeof nameOrFd === "number" ? `@${nameOrFd}` : nameOrFd,
    options.mtu,
  );
  return new Tap(descriptor, name, mtu, mac);
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
