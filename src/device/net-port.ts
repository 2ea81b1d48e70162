// net-port.ts: a network port in memory: a back-end for a VM, and a place where a program sends and receives frames itself.
import { MayflyError } from "../errors.js";
import { FrameQueue } from "./frame-queue.js";
import { formatMac, parseMac, randomMac } from "./mac.js";
import { checkMtu } from "./mtu.js";
import { ETHERNET_HEADER, type NetBackend } from "./net.js";

export interface NetPortOptions {
  /** Largest payload, bytes: 68 to 65521. 1500 unless given. */
  readonly mtu?: number;
  /** Frames that wait at a port at most; more are dropped, as on a wire. 256 unless given. */
  readonly queueFrames?: number;
  /** Such as 02:00:00:00:00:01; random unless given. */
  readonly mac?: string;
}

/**
 * One end of an in-memory network (`createNetPair`, `NetHub`). Attach it to a VM, or use `send` and `receive` in a
 * program: not both, they would take each other's frames.
 */
export class NetPort implements NetBackend {
  readonly mtu: number;
  readonly mac: Uint8Array;
  readonly #inbox: FrameQueue;
  readonly #wire: Wire;
  #open = true;

  /** Made by `createNetPair` and `NetHub.port`. */
  constructor(wire: Wire, options: NetPortOptions = {}) {
    const { mtu = 1500, queueFrames = 256, mac } = options;
    checkMtu("in-memory network port", mtu);
    if (!Number.isInteger(queueFrames) || queueFrames < 1) {
      throw new MayflyError(
        "DEVICE_INVALID",
        `in-memory network port: got a queue of ${queueFrames} frames, expected at least 1`,
        {
          mend: "leave queueFrames out, it is 256 then",
        },
      );
    }
    this.mtu = mtu;
    this.mac = mac === undefined ? randomMac() : parseMac(mac);
    this.#inbox = new FrameQueue(queueFrames);
    this.#wire = wire;
  }

  /** The address as text: 02:00:00:00:00:01. */
  get address(): string {
    return formatMac(this.mac);
  }

  /** Frames that were lost here: the queue was full, or the guest's buffer was too small. */
  get dropped(): number {
    return this.#inbox.dropped;
  }

  get readable(): boolean {
    return !this.#inbox.isEmpty;
  }

  read(into: Uint8Array): number {
    return this.#inbox.read(into);
  }

  write(frame: Uint8Array): void {
    if (this.#open) this.#wire.carry(frame, this);
  }

  onceReadable(listener: () => void): () => void {
    return this.#inbox.once(listener);
  }

  /** A frame arrives from the wire. */
  deliver(frame: Uint8Array): void {
    if (this.#open) this.#inbox.push(frame);
  }

  /**
   * Sends a frame from the program.
   *
   * @param frame a whole Ethernet frame, 14 to mtu + 14 bytes; it is copied
   * @throws DEVICE_INVALID when the length is outside, or the port is closed
   */
  send(frame: Uint8Array): void {
    if (!this.#open) throw closedError();
    if (frame.length < ETHERNET_HEADER || frame.length > this.mtu + ETHERNET_HEADER) {
      const most = this.mtu + ETHERNET_HEADER;
      throw new MayflyError(
        "DEVICE_INVALID",
        `frame: got ${frame.length} bytes, expected ${ETHERNET_HEADER} to ${most}`,
        {
          mend: "send whole Ethernet frames without checksum, or raise the port's mtu",
        },
      );
    }
    this.#wire.carry(frame, this);
  }

  /**
   * Waits for the next frame.
   *
   * @param options.signal gives up waiting
   * @throws DEVICE_INVALID when the network is closed and no frame is left; the signal's reason when it gave up
   */
  async receive(options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    for (;;) {
      options.signal?.throwIfAborted();
      const frame = this.#inbox.shift();
      if (frame !== undefined) return frame;
      if (!this.#open) throw closedError();
      await this.#arrival(options.signal);
    }
  }

  /** All frames, until the network is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const frame = this.#inbox.shift();
      if (frame !== undefined) yield frame;
      else if (this.#open) await this.#arrival(undefined);
      else return;
    }
  }

  /** Takes the port off the network; in a pair, closes the other end, too. Frames that arrived before can still be received. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#inbox.wake();
    this.#wire.unplug(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arrival(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        stop();
        signal?.removeEventListener("abort", proceed);
        resolve();
      };
      const stop = this.#inbox.once(proceed);
      signal?.addEventListener("abort", proceed);
    });
  }
}

/** What ports are plugged into. */
export interface Wire {
  /** Brings a frame to whoever hears it. The frame is the sender's: whoever keeps it copies it. */
  carry(frame: Uint8Array, from: NetPort): void;
  unplug(port: NetPort): void;
}

function closedError(): MayflyError {
  return new MayflyError("DEVICE_INVALID", "in-memory network port: it is closed", {
    mend: "keep both the port and what it is plugged into open while frames are expected",
  });
}
