// hostile-guest.test.ts: ten thousand random hypercalls: nothing but GuestFault escapes, and only guest-writable memory changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as hypercalls from "../abi/hypercalls.js";
import { HVT_RING_KICK_PIO_BASE, Ring, RingEntry } from "../abi/net-ring.js";
import type { Fields, Struct } from "../abi/struct.js";
import { GuestFault } from "../machine/guest-fault.js";
import { BlockDevices } from "./block.js";
import { blockMemory } from "./block-memory.js";
import { ClockDevice } from "./clock.js";
import { ConsoleDevice } from "./console.js";
import { discardOutput } from "./console-sinks.js";
import type { Device } from "./device.js";
import { NetDevices } from "./net.js";
import { createNetPair } from "./net-memory.js";
import { NetRing } from "./net-ring.js";
import { DATA, DATA_END, MEMORY_BYTES, RODATA, TEXT, TestGuest } from "./test-guest.fixture.js";

const CASES = 10_000;
const SEED = 0x6d61_7966;
const RING = DATA_END - 0xd000;

const edges = [0, RODATA, TEXT, DATA, DATA_END, MEMORY_BYTES, 512, 1514, 8192].map(BigInt);
/** Numbers of 64 bits: mostly near an edge of memory or of a device, sometimes anything. */
const u64 = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...edges), fc.bigInt(-600n, 600n))
      .map(([edge, by]) => BigInt.asUintN(64, edge + by)),
  },
  { weight: 3, arbitrary: fc.constantFrom(0n, 1n, 512n, 1024n, 60n, 1514n) },
  { weight: 2, arbitrary: fc.bigInt(0n, BigInt(MEMORY_BYTES)) },
  { weight: 1, arbitrary: fc.bigInt(0n, 2n ** 64n - 1n) },
);
const address = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: DATA, max: DATA_END - 64 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: MEMORY_BYTES }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
);

/** Never 0: whatever the devices put where the guest may not write shows. */
const DEVICE_BYTE = 0xee;

/** Every handle from 0 to 3 is something: block 0 and 1 (read-only), net 2; 3 is nobody's. */
function attach() {
  const guest = new TestGuest();
  const disk = blockMemory(8192);
  const readOnly = blockMemory(8192, { sectorSize: 4096, readOnly: true });
  const [port, peer] = createNetPair({ queueFrames: 3 });
  const net = new NetDevices(new Map([[2, port]]));
  const devices: Record<string, Device> = {
    block: new BlockDevices(
      new Map([
        [0, disk],
        [1, readOnly],
      ]),
    ),
    net,
    console: new ConsoleDevice(discardOutput),
    clock: new ClockDevice(),
  };
  readOnly.bytes.fill(DEVICE_BYTE);
  /** So that every case finds something to read. */
  const refill = () => {
    disk.bytes.fill(DEVICE_BYTE);
    for (const length of [14, 60, 1514]) peer.send(new Uint8Array(length).fill(DEVICE_BYTE));
  };
  /** What the guest may not write is as it was. */
  const assertUntouched = () => {
    const same = (bytes: Uint8Array, byte: number) =>
      assert.equal(Buffer.compare(bytes, Buffer.alloc(bytes.length, byte)), 0);
    same(guest.slice(0, DATA), 0);
    same(guest.slice(DATA_END, MEMORY_BYTES - DATA_END), 0);
    same(readOnly.bytes, DEVICE_BYTE);
  };
  return { devices, guest, ring: new NetRing(RING, net), refill, assertUntouched };
}

/** Runs one hypercall; returns whether it ended the guest. Anything else that is thrown is passed on. */
function survives(call: () => void | Promise<void>): boolean {
  try {
    assert.equal(call(), undefined, "back-ends in memory answer at once");
    return true;
  } catch (error) {
    if (!(error instanceof GuestFault)) throw error;
    return false;
  }
}

const { HVT_HYPERCALL_PIO_BASE: BASE } = hypercalls;
const structs: [string, number, Struct<Fields>][] = [
  ["block", BASE + hypercalls.HVT_HYPERCALL_BLOCK_READ, hypercalls.BlockRead],
  ["block", BASE + hypercalls.HVT_HYPERCALL_BLOCK_WRITE, hypercalls.BlockWrite],
  ["net", BASE + hypercalls.HVT_HYPERCALL_NET_READ, hypercalls.NetRead],
  ["net", BASE + hypercalls.HVT_HYPERCALL_NET_WRITE, hypercalls.NetWrite],
  ["console", BASE + hypercalls.HVT_HYPERCALL_PUTS, hypercalls.Puts],
  ["clock", BASE + hypercalls.HVT_HYPERCALL_WALLTIME, hypercalls.Walltime],
];

test(`${CASES} random argument structs end the guest or are answered`, () => {
  const { devices, guest, refill, assertUntouched } = attach();
  let answered = 0;
  const call = fc.tuple(
    fc.constantFrom(...structs),
    address,
    fc.bigInt(0n, 3n),
    fc.array(u64, { minLength: 4, maxLength: 4 }),
  );
  fc.assert(
    fc.property(call, ([[name, port, layout], at, handle, numbers]) => {
      if (at >= DATA && at + layout.size <= DATA_END) {
        const words = new BigUint64Array([numbers[0]!, numbers[1]!, numbers[2]!, numbers[3]!, 0n]);
        if ("handle" in layout.fields) words[0] = handle;
        guest.slice(at, layout.size).set(new Uint8Array(words.buffer, 0, layout.size));
      }
      refill();
      if (survives(() => devices[name]!.answers.get(port)!(guest.memory, at))) answered++;
      assertUntouched();
    }),
    { numRuns: CASES, seed: SEED },
  );
  assert.ok(
    answered > CASES / 20 && answered < CASES,
    `${answered} of ${CASES} were answered: both ways out were taken`,
  );
});

test(`${CASES} random rings end the guest or are worked off`, () => {
  const { guest, ring, refill, assertUntouched } = attach();
  let answered = 0;
  const index = fc.oneof(
    fc.integer({ min: 0, max: 8 }),
    fc.constantFrom(1024, 1025, 0xffff_fffe, 0xffff_ffff),
    fc.integer({ min: 0, max: 0xffff_ffff }),
  );
  const entry = fc.record({
    operation: fc.constantFrom(1, 2, 2, 3),
    handle: fc.oneof(
      { weight: 3, arbitrary: fc.constant(2) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
    ),
    data: u64,
    len: fc.oneof(fc.constantFrom(0, 14, 60, 1514), fc.integer({ min: 0, max: 0xffff_ffff })),
    id: fc.integer({ min: 0, max: 0xffff_ffff }),
  });
  const view = new DataView(guest.memory.bytes.buffer, RING, Ring.size);
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 4 }),
      fc.tuple(index, index, index, index),
      (entries, indices) => {
        const fields = [Ring.ent_head, Ring.ent_tail, Ring.com_head, Ring.com_tail];
        // Half of the rings have indices that fit their entries.
        const fitting = indices[3] % 2 === 0;
        for (const [n, field] of fields.entries()) view.setUint32(field, fitting ? 0 : indices[n]!, true);
        if (fitting) view.setUint32(Ring.ent_tail, entries.length, true);
        for (const [n, values] of entries.entries()) {
          RingEntry.write(guest.memory.bytes, values, RING + Ring.entries + n * RingEntry.size);
        }
        refill();
        if (survives(() => ring.answers.get(HVT_RING_KICK_PIO_BASE)!(guest.memory, 0))) answered++;
        assertUntouched();
      },
    ),
    { numRuns: CASES, seed: SEED },
  );
  assert.ok(
    answered > CASES / 20 && answered < CASES,
    `${answered} of ${CASES} were worked off: both ways out were taken`,
  );
});
