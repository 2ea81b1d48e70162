// page-tables.test.ts: walks the tables as a CPU would, and compares every page to the address space that they stand for.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AddressSpace, PAGE_SIZE, type Permissions, type Region } from "../address-space.js";
import { MACHINE_END, MACHINE_START } from "../memory-map.js";
import { writePageTables } from "./page-tables.js";
import { PAGE_TABLES, RESUME_CODE, RESUME_STATE } from "./supervisor.js";

const MIB = 1 << 20;
const GIB = 1 << 30;

interface Leaf {
  readonly physical: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

const ABSENT: Leaf = { physical: 0, present: false, writable: false, user: false, executable: false };

/** One translation, Intel SDM vol. 3A, section 4.5: rights are the intersection of all levels'. */
function walk(memory: Uint8Array, root: number, address: number): Leaf {
  const view = new DataView(memory.buffer);
  let table = root;
  let [writable, user, executable] = [true, true, true];
  for (let level = 3; level >= 0; level--) {
    const index = Math.floor(address / PAGE_SIZE / 512 ** level) % 512;
    const entry = view.getBigUint64(table + index * 8, true);
    if ((entry & 1n) === 0n) return ABSENT;
    writable &&= (entry & 2n) !== 0n;
    user &&= (entry & 4n) !== 0n;
    executable &&= entry >> 63n === 0n;
    assert.equal(entry & 0x20n, 0x20n, "accessed is set beforehand");
    const base = Number(entry & 0x000f_ffff_ffff_f000n);
    const isLarge = level === 1 && (entry & 0x80n) !== 0n;
    if (level === 0 || isLarge) {
      const size = isLarge ? 2 * MIB : PAGE_SIZE;
      assert.equal(base % size, 0);
      assert.equal(entry & 0x40n, 0x40n, "dirty is set beforehand");
      return { physical: base + (address % size), present: true, writable, user, executable };
    }
    assert.ok(
      base >= PAGE_TABLES && base + PAGE_SIZE <= MACHINE_END,
      "a table lies in the machine's own pages",
    );
    table = base;
  }
  return ABSENT;
}

function tables(space: AddressSpace) {
  const memory = new Uint8Array(MACHINE_END);
  const { root, end } = writePageTables(memory, space, PAGE_TABLES);
  return { memory, root, end };
}

function expected(permissions: Permissions | undefined, address: number): Leaf {
  if (permissions === undefined) return ABSENT;
  const executable = permissions === "rx";
  return { physical: address, present: true, writable: permissions === "rw", user: true, executable };
}

/** The machine's own pages that are open to the guest. */
const OPEN = new Map<number, Permissions>([
  [RESUME_CODE, "rx"],
  [RESUME_STATE, "r"],
]);

/** Compares the pages given, and those around every region's edges. */
function assertTrue(space: AddressSpace, pages: Iterable<number>): void {
  const { memory, root } = tables(space);
  const edges = space.regions.flatMap(({ start, end }) => [start - PAGE_SIZE, start, end - PAGE_SIZE, end]);
  for (const page of [...pages, ...edges]) {
    const leaf = walk(memory, root, page);
    if (page >= MACHINE_START && page < MACHINE_END) {
      assert.equal(leaf.user, OPEN.has(page), `0x${page.toString(16)} is the machine's`);
      assert.equal(leaf.physical, page);
      continue;
    }
    const region = space.regions.find(({ start, end }) => page >= start && page < end);
    assert.deepEqual(leaf, expected(region?.permissions, page), `page 0x${page.toString(16)}`);
  }
}

function* everyPage(memoryBytes: number): Generator<number> {
  for (let page = 0; page < memoryBytes + 4 * PAGE_SIZE; page += PAGE_SIZE) yield page;
}

const plain = (memoryBytes: number): AddressSpace => ({
  memoryBytes,
  regions: [
    { start: 0x8_0000, end: 0x8_4000, permissions: "r" },
    { start: 0x10_0000, end: 0x10_5000, permissions: "rx" },
    { start: 0x10_5000, end: 0x10_6000, permissions: "r" },
    { start: 0x10_6000, end: memoryBytes, permissions: "rw" },
  ],
});

for (const mib of [2, 3, 16, 33]) {
  test(`every page of ${mib} MiB is what its region says`, () => {
    assertTrue(plain(mib * MIB), everyPage(mib * MIB));
  });
}

test("4 GiB: each 2 MiB, the last page, and nothing behind", () => {
  const space = plain(4 * GIB);
  const some = Array.from({ length: 2048 }, (_, i) => i * 2 * MIB + (i % 512) * PAGE_SIZE);
  assertTrue(space, [...some, 4 * GIB - PAGE_SIZE, 4 * GIB, 5 * GIB, 512 * GIB - PAGE_SIZE]);
});

test("a text of many megabytes, then rodata in the middle of 2 MiB", () => {
  const space: AddressSpace = {
    memoryBytes: 64 * MIB,
    regions: [
      { start: 0x10_0000, end: 0x91_3000, permissions: "rx" },
      { start: 0x91_3000, end: 0xc0_0000, permissions: "r" },
      { start: 0xe0_0000, end: 64 * MIB, permissions: "rw" },
    ],
  };
  assertTrue(space, everyPage(space.memoryBytes));
});

test("page zero is absent, the machine's own pages are out of the guest's reach but for two that it cannot write", () => {
  const { memory, root } = tables(plain(16 * MIB));
  assert.equal(walk(memory, root, 0).present, false);
  for (let page = MACHINE_START; page < MACHINE_END; page += PAGE_SIZE) {
    const leaf = walk(memory, root, page);
    if (OPEN.has(page)) assert.deepEqual(leaf, expected(OPEN.get(page), page));
    else assert.deepEqual([leaf.present, leaf.user], [true, false]);
  }
});

test("upper halves of the address space are absent", () => {
  const { memory, root } = tables(plain(16 * MIB));
  const view = new DataView(memory.buffer);
  for (let i = 1; i < 512; i++) assert.equal(view.getBigUint64(root + i * 8, true), 0n);
});

test("segments scattered over too many 2 MiB areas are refused, and nothing is written behind the room", () => {
  const regions: Region[] = [];
  for (let i = 1; i < 400; i++)
    regions.push({ start: i * 2 * MIB, end: i * 2 * MIB + PAGE_SIZE, permissions: "rw" });
  assert.throws(() => tables({ memoryBytes: GIB, regions }), { code: "MEMORY_INVALID" });
});

test("any regions: each page is what its region says", () => {
  const permissions = fc.constantFrom<Permissions>("r", "rw", "rx");
  const step = fc.record({ gap: fc.nat(700), length: fc.integer({ min: 1, max: 1200 }), permissions });
  const layout = fc.array(step, { minLength: 1, maxLength: 8 });
  const property = fc.property(layout, (steps) => {
    const regions: Region[] = [];
    let at = 0x10_0000;
    for (const { gap, length, permissions: each } of steps) {
      const start = at + gap * PAGE_SIZE;
      at = start + length * PAGE_SIZE;
      regions.push({ start, end: at, permissions: each });
    }
    assertTrue({ memoryBytes: at, regions }, everyPage(at));
  });
  fc.assert(property, { numRuns: 60, seed: 7 });
});
