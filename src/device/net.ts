// net.ts: network devices towards the guest: handles, frame lengths and results. Where frames go is a back-end's matter.
import {
  HVT_HYPERCALL_NET_READ,
  HVT_HYPERCALL_NET_WRITE,
  HVT_HYPERCALL_PIO_BASE,
  NetRead,
  NetWrite,
  SOLO5_R_AGAIN,
  SOLO5_R_EINVAL,
  SOLO5_R_EUNSPEC,
  SOLO5_R_OK,
} from "../abi/hypercalls.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";
import { ignoreHostFailure, type OnHostFailure } from "./host-failure.js";

/** Bytes of an Ethernet header: two addresses and a type. */
export const ETHERNET_HEADER = 14;

/** Where frames come from and go to. A frame is a whole Ethernet frame without checksum. */
export interface NetBackend {
  /** Largest payload behind the 14-byte Ethernet header, bytes. */
  readonly mtu: number;
  /** The guest's address, six bytes. */
  readonly mac: Uint8Array;
  /** Whether `read` has something to do. */
  readonly readable: boolean;
  /**
   * Moves the next frame into `into`, which lies in guest memory. Returns its bytes, or 0 when none waits.
   * A frame that is longer than `into` is dropped whole, never cut; then, too, it returns 0.
   */
  read(into: Uint8Array): number;
  /** Sends one frame of 14 to mtu + 14 bytes, which lies in guest memory: keeps a copy or nothing. May drop it when there is no room. */
  write(frame: Uint8Array): void;
  /**
   * Calls `listener` once, as soon as a frame can be read, but never within this call; rarely also for nothing.
   * Returns how to stop waiting.
   */
  onceReadable(listener: () => void): () => void;
  /** A second call does nothing. */
  close(): void;
}

/**
 * Answers net writes and reads, by the device's index in the manifest. Results:
 *
 * - EINVAL: no such device; a frame to be sent that is shorter than an Ethernet header or longer than mtu + 14
 *   (`solo5-hvt` dies of the first and hands the second to the kernel).
 * - AGAIN: no frame waits.
 * - EUNSPEC: the host failed, where `solo5-hvt` dies.
 *
 * solo5.h demands a receive buffer of mtu + 14 bytes. A smaller one is taken all the same, as by `solo5-hvt`, but a
 * frame that does not fit is dropped: `solo5-hvt` hands over its head as if it were whole.
 *
 * A data range that the guest may not use ends the guest.
 */
export class NetDevices implements Device {
  readonly answers: Answers;
  readonly #backends: ReadonlyMap<number, NetBackend>;
  readonly #onHostFailure: OnHostFailure;
  readonly #readArgument = new Argument(NetRead);
  readonly #writeArgument = new Argument(NetWrite);

  /** @param backends by the device's index in the manifest, below 64; they are closed with this device */
  constructor(backends: ReadonlyMap<number, NetBackend>, onHostFailure: OnHostFailure = ignoreHostFailure) {
    this.#backends = backends;
    this.#onHostFailure = onHostFailure;
    this.answers = new Map([
      [
        HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_NET_READ,
        (memory, argument) => this.#answerRead(memory, argument),
      ],
      [
        HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_NET_WRITE,
        (memory, argument) => this.#answerWrite(memory, argument),
      ],
    ]);
  }

  /** The devices that have a frame, as poll's bit set: bit n for index n. */
  readyHandles(): bigint {
    let ready = 0n;
    for (const [handle, backend] of this.#backends) if (backend.readable) ready |= 1n << BigInt(handle);
    return ready;
  }

  /** Calls `listener` once, as soon as any device has a frame, never within this call. Returns how to stop waiting. */
  onceReadable(listener: () => void): () => void {
    const stops: (() => void)[] = [];
    const stop = () => {
      for (const stopOne of stops.splice(0)) stopOne();
    };
    const ready = () => {
      if (stops.length === 0) return;
      stop();
      listener();
    };
    for (const backend of this.#backends.values()) stops.push(backend.onceReadable(ready));
    return stop;
  }

  /** Sends a frame that lies in guest memory. Returns a SOLO5_R_… result. */
  send(memory: GuestMemory, handle: number, data: number, length: number): number {
    const backend = this.#backends.get(handle);
    if (backend === undefined) return SOLO5_R_EINVAL;
    if (length < ETHERNET_HEADER || length > backend.mtu + ETHERNET_HEADER) return SOLO5_R_EINVAL;
    const frame = memory.readable(data, length, "data of a net write");
    try {
      backend.write(frame);
      return SOLO5_R_OK;
    } catch (error) {
      this.#onHostFailure(error, `net write of ${length} bytes`);
      return SOLO5_R_EUNSPEC;
    }
  }

  /** Receives a frame into guest memory. Returns its bytes, or a SOLO5_R_… result other than OK, negated. */
  receive(memory: GuestMemory, handle: number, data: number, length: number): number {
    const backend = this.#backends.get(handle);
    if (backend === undefined) return -SOLO5_R_EINVAL;
    const into = memory.writable(data, length, "data of a net read");
    try {
      const bytes = backend.read(into);
      return bytes === 0 ? -SOLO5_R_AGAIN : bytes;
    } catch (error) {
      this.#onHostFailure(error, "net read");
      return -SOLO5_R_EUNSPEC;
    }
  }

  close(): void {
    for (const backend of this.#backends.values()) backend.close();
  }

  #answerWrite(memory: GuestMemory, address: number): void {
    const argument = this.#writeArgument;
    argument.acquire(memory, address);
    const result = this.send(memory, argument.u64("handle"), argument.u64("data"), argument.u64("len"));
    argument.setI32("ret", result);
    argument.store();
  }

  #answerRead(memory: GuestMemory, address: number): void {
    const argument = this.#readArgument;
    argument.acquire(memory, address);
    const bytes = this.receive(memory, argument.u64("handle"), argument.u64("data"), argument.u64("len"));
    if (bytes > 0) argument.setU64("len", BigInt(bytes));
    argument.setI32("ret", bytes > 0 ? SOLO5_R_OK : -bytes);
    argument.store();
  }
}
