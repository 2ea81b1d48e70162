// test-guest.fixture.ts: a guest without a CPU, for the tests of devices: some memory, and hypercalls made by hand.
import { HVT_HYPERCALL_PIO_BASE } from "../abi/hypercalls.js";
import type { Fields, Struct, Values } from "../abi/struct.js";
import type { AddressSpace } from "../machine/address-space.js";
import { GuestMemory } from "../machine/memory.js";
import type { Device } from "./device.js";

/** Read-only for the guest. */
export const RODATA = 0x1000;
export const TEXT = 0x2000;
/** Guest-writable from here … */
export const DATA = 0x3000;
/** … to here. Argument structs lie at DATA, so that buffers can start at BUFFER. */
export const DATA_END = 0x30000;
export const BUFFER = 0x4000;
/** Behind the last region: memory that the guest does not have. */
export const ABSENT = DATA_END;
export const MEMORY_BYTES = 0x32000;

export const testSpace: AddressSpace = {
  memoryBytes: MEMORY_BYTES,
  regions: [
    { start: RODATA, end: TEXT, permissions: "r" },
    { start: TEXT, end: DATA, permissions: "rx" },
    { start: DATA, end: DATA_END, permissions: "rw" },
  ],
};

/** Memory laid out as above, and a way to make hypercalls. */
export class TestGuest {
  readonly memory = new GuestMemory(new Uint8Array(MEMORY_BYTES), testSpace);

  /** Puts a struct at `at`, makes hypercall `number`, and gives the struct back as the guest finds it afterwards. */
  async call<F extends Fields>(
    device: Device,
    number: number,
    layout: Struct<F>,
    values: Partial<Values<F>>,
    at = DATA,
  ): Promise<Values<F>> {
    this.memory.bytes.fill(0, at, at + layout.size);
    layout.write(this.memory.bytes, values, at);
    await device.answers.get(HVT_HYPERCALL_PIO_BASE + number)!(this.memory, at);
    return layout.read(this.memory.bytes, at);
  }

  /** Bytes of guest memory, not copied. */
  slice(at: number, length: number): Uint8Array {
    return this.memory.bytes.subarray(at, at + length);
  }
}

/** Recognizable bytes. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 31) & 0xff);
}
