// argument.ts: a hypercall's argument struct: copied out of guest memory once, its results copied back once.
import type { Fields, Struct } from "../abi/struct.js";
import type { GuestMemory } from "../machine/memory.js";

const NOWHERE: Uint8Array = new Uint8Array(0);

/**
 * One argument struct of one device, used again for every hypercall. What was checked in the copy cannot change
 * afterwards, even where a transfer's data overlaps the struct.
 */
export class Argument<F extends Fields> {
  readonly #layout: Struct<F>;
  readonly #copy: Uint8Array;
  readonly #view: DataView;
  #guest = NOWHERE;

  constructor(layout: Struct<F>) {
    this.#layout = layout;
    this.#copy = new Uint8Array(layout.size);
    this.#view = new DataView(this.#copy.buffer);
  }

  /** Copies a struct that carries nothing back. */
  copyIn(memory: GuestMemory, address: number): void {
    this.#copy.set(memory.readable(address, this.#layout.size, this.#layout.name));
  }

  /** Copies a struct that carries results back: the guest must be able to write it. */
  acquire(memory: GuestMemory, address: number): void {
    this.#guest = memory.writable(address, this.#layout.size, this.#layout.name);
    this.#copy.set(this.#guest);
  }

  /**
   * A 64-bit field as a number. Above 2^53 the low bits are lost, but the value stays far above every handle,
   * length, capacity and memory size, so that a comparison refuses it all the same.
   */
  u64(field: keyof F): number {
    const at = this.#layout.offset[field];
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
  }

  u32(field: keyof F): number {
    return this.#view.getUint32(this.#layout.offset[field], true);
  }

  setU32(field: keyof F, value: number): void {
    this.#view.setUint32(this.#layout.offset[field], value, true);
  }

  setU64(field: keyof F, value: bigint): void {
    this.#view.setBigUint64(this.#layout.offset[field], value, true);
  }

  setI32(field: keyof F, value: number): void {
    this.#view.setInt32(this.#layout.offset[field], value, true);
  }

  /** Hands the results to the guest, and lets go of its memory. */
  store(): void {
    this.#guest.set(this.#copy);
    this.#guest = NOWHERE;
  }
}
