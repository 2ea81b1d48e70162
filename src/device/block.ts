// block.ts: block devices towards the guest: handles, bounds and results. Where the bytes live is a back-end's matter.
import {
  BlockRead,
  BlockWrite,
  HVT_HYPERCALL_BLOCK_READ,
  HVT_HYPERCALL_BLOCK_WRITE,
  HVT_HYPERCALL_PIO_BASE,
  SOLO5_R_EINVAL,
  SOLO5_R_EUNSPEC,
  SOLO5_R_OK,
} from "../abi/hypercalls.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";
import { ignoreHostFailure, type OnHostFailure } from "./host-failure.js";

/** Where the bytes of a block device live. Offsets and lengths are in range and whole sectors: the device checked. */
export interface BlockBackend {
  /** Bytes, a multiple of `sectorSize`. */
  readonly capacity: number;
  /** Bytes, a power of two from 512 to 32768. */
  readonly sectorSize: number;
  readonly readOnly: boolean;
  /**
   * Fills `into`, which lies in guest memory, from `offset`: all of it, or throws. A promise when the bytes are not
   * at hand: the guest waits for it, and its memory stays mapped until then.
   */
  read(offset: number, into: Uint8Array): void | Promise<void>;
  /** Stores all of `from`, or throws; otherwise as `read`. Never called when `readOnly`. */
  write(offset: number, from: Uint8Array): void | Promise<void>;
  /** A second call does nothing. */
  close(): void;
}

type Transfer = Argument<(typeof BlockRead)["fields"]>;

/**
 * Answers block reads and writes, by the device's index in the manifest. Results, in the order of the checks:
 *
 * - EINVAL: no such device; a range outside its capacity; an offset or a length that is not whole sectors (solo5.h
 *   demands this, `solo5-hvt` leaves it to the guest's side). As in Solo5, an offset equal to the capacity is
 *   outside even for a length of 0.
 * - EUNSPEC: a write to a read-only device: nothing is wrong with the request, but the host will not do it; and
 *   everything that the host fails at (an I/O error, a file cut short meanwhile), where `solo5-hvt` dies. After a
 *   failed read the guest's buffer may hold anything, and after a failed write so may the sectors.
 *
 * A data range that the guest may not use ends the guest.
 */
export class BlockDevices implements Device {
  readonly answers: Answers;
  readonly #backends: ReadonlyMap<number, BlockBackend>;
  readonly #onHostFailure: OnHostFailure;
  readonly #readArgument: Transfer = new Argument(BlockRead);
  readonly #writeArgument: Transfer = new Argument(BlockWrite);

  /** @param backends by the device's index in the manifest; they are closed with this device */
  constructor(backends: ReadonlyMap<number, BlockBackend>, onHostFailure: OnHostFailure = ignoreHostFailure) {
    this.#backends = backends;
    this.#onHostFailure = onHostFailure;
    this.answers = new Map([
      [HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_BLOCK_READ, (memory, argument) => this.#read(memory, argument)],
      [
        HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_BLOCK_WRITE,
        (memory, argument) => this.#write(memory, argument),
      ],
    ]);
  }

  close(): void {
    for (const backend of this.#backends.values()) backend.close();
  }

  #read(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#readArgument;
    argument.acquire(memory, address);
    const backend = this.#backends.get(argument.u64("handle"));
    const offset = argument.u64("offset");
    const length = argument.u64("len");
    if (backend === undefined || !isInside(backend, offset, length)) return finish(argument, SOLO5_R_EINVAL);
    const into = memory.writable(argument.u64("data"), length, "data of a block read");
    let done: void | Promise<void>;
    try {
      done = backend.read(offset, into);
    } catch (error) {
      return this.#fail(argument, error, "read", offset, length);
    }
    if (done === undefined) return finish(argument, SOLO5_R_OK);
    return this.#later(done, argument, "read", offset, length);
  }

  #write(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#writeArgument;
    argument.acquire(memory, address);
    const backend = this.#backends.get(argument.u64("handle"));
    const offset = argument.u64("offset");
    const length = argument.u64("len");
    if (backend === undefined || !isInside(backend, offset, length)) return finish(argument, SOLO5_R_EINVAL);
    const from = memory.readable(argument.u64("data"), length, "data of a block write");
    if (backend.readOnly) return finish(argument, SOLO5_R_EUNSPEC);
    let done: void | Promise<void>;
    try {
      done = backend.write(offset, from);
    } catch (error) {
      return this.#fail(argument, error, "write", offset, length);
    }
    if (done === undefined) return finish(argument, SOLO5_R_OK);
    return this.#later(done, argument, "write", offset, length);
  }

  async #later(done: Promise<void>, argument: Transfer, operation: string, offset: number, length: number) {
    try {
      await done;
    } catch (error) {
      return this.#fail(argument, error, operation, offset, length);
    }
    finish(argument, SOLO5_R_OK);
  }

  #fail(argument: Transfer, error: unknown, operation: string, offset: number, length: number): void {
    this.#onHostFailure(error, `block ${operation} of ${length} bytes at ${offset}`);
    finish(argument, SOLO5_R_EUNSPEC);
  }
}

function finish(argument: Transfer, result: number): void {
  argument.setI32("ret", result);
  argument.store();
}

/** Whole sectors within the capacity. Written so that no sum can overflow what a number holds exactly. */
function isInside(backend: BlockBackend, offset: number, length: number): boolean {
  return (
    offset < backend.capacity &&
    length <= backend.capacity - offset &&
    offset % backend.sectorSize === 0 &&
    length % backend.sectorSize === 0
  );
}
