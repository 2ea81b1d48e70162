// memory.test.ts: the one door to guest memory: every edge of every region, for reading and for writing.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AddressSpace, Permissions } from "./address-space.js";
import { GuestFault } from "./guest-fault.js";
import { GuestMemory } from "./memory.js";

const space: AddressSpace = {
  memoryBytes: 0xa000,
  regions: [
    { start: 0x1000, end: 0x2000, permissions: "r" },
    { start: 0x2000, end: 0x3000, permissions: "rx" },
    { start: 0x3000, end: 0x5000, permissions: "rw" },
    { start: 0x5000, end: 0x6000, permissions: "rw" },
    // 0x6000 to 0x8000 is absent
    { start: 0x8000, end: 0x9000, permissions: "rw" },
  ],
};
const memory = new GuestMemory(new Uint8Array(space.memoryBytes), space);

const isFault = (error: unknown): boolean => error instanceof GuestFault && error.reason === "bad-pointer";

test("a range within a region is a view of just these bytes", () => {
  const view = memory.writable(0x3010, 32, "test");
  assert.equal(view.length, 32);
  assert.equal(view.byteOffset, 0x3010);
  assert.equal(view.buffer, memory.bytes.buffer);
});

test("addresses and lengths may be bigints", () => {
  assert.equal(memory.readable(0x1000n, 8n, "test").byteOffset, 0x1000);
});

test("a range may reach over regions that touch, when all of them allow the access", () => {
  assert.equal(memory.readable(0x1ff8, 0x1010, "test").length, 0x1010);
  assert.equal(memory.readable(0x1000, 0x5000, "test").length, 0x5000);
  assert.equal(memory.writable(0x4ff8, 16, "test").length, 16);
  assert.throws(() => memory.writable(0x2ff8, 16, "test"), isFault);
  assert.throws(() => memory.readable(0x5ff8, 16, "test"), isFault, "into the gap");
  assert.throws(() => memory.readable(0x5000, 0x4000, "test"), isFault, "over the gap");
});

test("edges: the last byte is in, the next is out", () => {
  assert.equal(memory.writable(0x8fff, 1, "test").length, 1);
  assert.throws(() => memory.writable(0x8fff, 2, "test"), isFault);
  assert.throws(() => memory.writable(0x9000, 1, "test"), isFault);
  assert.throws(() => memory.writable(0x7fff, 1, "test"), isFault);
  assert.throws(() => memory.readable(0xfff, 1, "test"), isFault);
  assert.equal(memory.readable(0x1000, 1, "test").length, 1);
});

test("text and rodata can be read and not written", () => {
  for (const address of [0x1000, 0x2000]) {
    assert.equal(memory.readable(address, 4096, "test").length, 4096);
    assert.throws(() => memory.writable(address, 1, "test"), isFault);
  }
});

test("no number is large enough to wrap", () => {
  const huge = [2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 8n];
  for (const value of huge) {
    assert.throws(() => memory.readable(value, 1, "test"), isFault);
    assert.throws(() => memory.readable(value, 0, "test"), isFault);
    assert.throws(() => memory.readable(0x3000, value, "test"), isFault);
    assert.throws(() => memory.readable(value, value, "test"), isFault);
    assert.throws(() => memory.readable(value, 2n ** 64n - value, "test"), isFault);
  }
  assert.throws(() => memory.readable(-1, 4, "test"), isFault);
  assert.throws(() => memory.readable(0x3000, -1, "test"), isFault);
});

test("no bytes at all may lie anywhere in memory, and nowhere else", () => {
  for (const address of [0, 0x1000, 0x7000, 0xa000])
    assert.equal(memory.writable(address, 0, "test").length, 0);
  assert.throws(() => memory.writable(0xa001, 0, "test"), isFault);
});

test("a refusal names what, how many bytes, where, and why", () => {
  assert.throws(() => memory.writable(0x2000, 8, "data of a block read"), {
    message: "data of a block read: 8 bytes at 0x2000 is not writable for the guest",
    address: 0x2000n,
  });
  assert.throws(() => memory.readable(0x6000, 8, "argument"), /is not readable for the guest/);
  assert.throws(() => memory.readable(0x9fff, 8, "argument"), /lies outside guest memory/);
});

test("readablePrefix gives what there is of a range, and nothing where nothing is", () => {
  assert.equal(memory.readablePrefix(0x2ff8n, 15).length, 8);
  assert.equal(memory.readablePrefix(0x2000n, 15).length, 15);
  assert.equal(memory.readablePrefix(0x7000n, 15).length, 0);
  assert.equal(memory.readablePrefix(2n ** 64n - 1n, 15).length, 0);
});

test("a range is given exactly when the guest could touch each of its bytes", () => {
  const permissionsAt = (address: number): Permissions | undefined =>
    space.regions.find(({ start, end }) => address >= start && address < end)?.permissions;
  const near = fc.oneof(
    fc.nat(space.memoryBytes + 0x1000),
    fc.constantFrom(...space.regions.flatMap(({ start, end }) => [start - 1, start, end - 1, end])),
  );
  const property = fc.property(near, fc.nat(0x1800), fc.boolean(), (address, length, write) => {
    let allowed = true;
    for (let at = address; at < address + length; at++) {
      const permissions = permissionsAt(at);
      if (permissions === undefined || (write && permissions !== "rw")) allowed = false;
    }
    if (length === 0) allowed = address <= space.memoryBytes;
    const ask = () =>
      write ? memory.writable(address, length, "test") : memory.readable(address, length, "test");
    if (allowed) assert.equal(ask().length, length);
    else assert.throws(ask, isFault);
  });
  fc.assert(property, { numRuns: 2000, seed: 1 });
});
