// net-ring.test.ts: the shared ring works as Solo5's guests expect, and no number in it can hurt.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SOLO5_R_AGAIN, SOLO5_R_EINVAL, SOLO5_R_EUNSPEC, SOLO5_R_OK } from "../abi/hypercalls.js";
import {
  HVT_RING_KICK_PIO_BASE,
  HVT_RING_MASK,
  HVT_RING_NET_READ,
  HVT_RING_NET_WRITE,
  HVT_RING_SIZE,
  Ring,
  RingCommit,
  RingEntry,
} from "../abi/net-ring.js";
import { GuestFault } from "../machine/guest-fault.js";
import { frame } from "./net.cases.js";
import { NetDevices } from "./net.js";
import { createNetPair } from "./net-memory.js";
import type { NetPort } from "./net-port.js";
import { NetRing } from "./net-ring.js";
import { ABSENT, BUFFER, DATA_END, RODATA, TestGuest } from "./test-guest.fixture.js";

const HANDLE = 1;
const RING = DATA_END - 0xd000;

/** A guest's side of the ring, written from the layout alone. */
class RingGuest {
  readonly guest = new TestGuest();
  readonly port: NetPort;
  readonly ring: NetRing;
  readonly #view: DataView;
  #id = 100;

  constructor() {
    const [backend, port] = createNetPair({ queueFrames: 2 * HVT_RING_SIZE });
    this.port = port;
    this.ring = new NetRing(RING, new NetDevices(new Map([[HANDLE, backend]])));
    this.#view = new DataView(this.guest.memory.bytes.buffer, RING, Ring.size);
    this.ring.initialize(this.guest.memory);
  }

  get(field: "ent_head" | "ent_tail" | "com_head" | "com_tail" | "needs_kick"): number {
    return this.#view.getUint32(Ring[field], true);
  }

  set(field: "ent_head" | "ent_tail" | "com_head" | "com_tail", value: number): void {
    this.#view.setUint32(Ring[field], value, true);
  }

  submit(operation: number, data: number | bigint, len: number, handle = HANDLE): number {
    const tail = this.get("ent_tail");
    const at = Ring.entries + (tail & HVT_RING_MASK) * RingEntry.size;
    const id = this.#id++;
    RingEntry.write(this.guest.memory.bytes, { operation, handle, data: BigInt(data), len, id }, RING + at);
    this.set("ent_tail", tail + 1);
    return id;
  }

  kick(): void {
    this.ring.answers.get(HVT_RING_KICK_PIO_BASE)!(this.guest.memory, 0);
  }

  takeCommit() {
    const head = this.get("com_head");
    assert.notEqual(head, this.get("com_tail"), "a commit is there");
    const at = Ring.commits + (head & HVT_RING_MASK) * RingCommit.size;
    this.set("com_head", head + 1);
    const { id, ret, len } = RingCommit.read(this.guest.memory.bytes, RING + at);
    return { id, ret, len };
  }
}

test("a ring starts empty and asks for kicks", () => {
  const guest = new RingGuest();
  assert.equal(guest.get("needs_kick"), 1);
  assert.equal(guest.get("ent_head"), 0);
  assert.equal(guest.get("com_tail"), 0);
  guest.kick();
  assert.equal(guest.get("needs_kick"), 1);
  assert.equal(guest.get("com_tail"), 0);
});

test("writes through the ring are sent in order, several to a kick, without commits", async () => {
  const guest = new RingGuest();
  for (let n = 0; n < 3; n++) {
    guest.guest.slice(BUFFER + n * 100, 60 + n).set(frame(60 + n));
    guest.submit(HVT_RING_NET_WRITE, BUFFER + n * 100, 60 + n);
  }
  guest.kick();
  for (let n = 0; n < 3; n++) assert.deepEqual(await guest.port.receive(), frame(60 + n));
  assert.equal(guest.get("ent_head"), 3);
  assert.equal(guest.get("com_tail"), 0);
});

test("a read through the ring is answered before the guest goes on", () => {
  const guest = new RingGuest();
  guest.port.send(frame(77));
  const id = guest.submit(HVT_RING_NET_READ, BUFFER, 1514);
  guest.kick();
  assert.deepEqual(guest.takeCommit(), { id, ret: SOLO5_R_OK, len: 77 });
  assert.deepEqual(guest.guest.slice(BUFFER, 77), frame(77));
  const next = guest.submit(HVT_RING_NET_READ, BUFFER, 1514);
  guest.kick();
  assert.deepEqual(guest.takeCommit(), { id: next, ret: SOLO5_R_AGAIN, len: 0 });
});

test("indices run on past 2^32", () => {
  const guest = new RingGuest();
  for (const field of ["ent_head", "ent_tail", "com_head", "com_tail"] as const)
    guest.set(field, 0xffff_fffe);
  for (let round = 0; round < 4; round++) {
    guest.port.send(frame(60, round));
    const id = guest.submit(HVT_RING_NET_READ, BUFFER, 1514);
    guest.kick();
    assert.deepEqual(guest.takeCommit(), { id, ret: SOLO5_R_OK, len: 60 });
    assert.deepEqual(guest.guest.slice(BUFFER, 60), frame(60, round));
  }
  assert.equal(guest.get("ent_head"), 2);
});

test("a full ring is worked off in one kick", () => {
  const guest = new RingGuest();
  for (let n = 0; n < HVT_RING_SIZE; n++) guest.submit(HVT_RING_NET_READ, BUFFER, 1514);
  guest.kick();
  assert.equal(guest.get("ent_head"), HVT_RING_SIZE);
  assert.equal(guest.get("com_tail"), HVT_RING_SIZE);
});

test("more entries than the ring has end the guest", () => {
  for (const tail of [HVT_RING_SIZE + 1, 0x8000_0000, 0xffff_ffff]) {
    const guest = new RingGuest();
    guest.set("ent_tail", tail);
    assert.throws(() => guest.kick(), badHypercall, `ent_tail ${tail}`);
  }
});

test("reads beyond the free commits end the guest", () => {
  const guest = new RingGuest();
  for (let n = 0; n < HVT_RING_SIZE; n++) guest.submit(HVT_RING_NET_READ, BUFFER, 1514);
  guest.kick();
  guest.submit(HVT_RING_NET_READ, BUFFER, 1514);
  assert.throws(() => guest.kick(), badHypercall);
});

test("what cannot be sent is passed over, and what nobody knows, too", async () => {
  const guest = new RingGuest();
  guest.submit(HVT_RING_NET_WRITE, BUFFER, 13);
  guest.submit(HVT_RING_NET_WRITE, BUFFER, 1515);
  guest.submit(HVT_RING_NET_WRITE, ABSENT, 60, HANDLE + 1);
  guest.submit(99, ABSENT, 60);
  guest.guest.slice(BUFFER, 60).set(frame(60));
  guest.submit(HVT_RING_NET_WRITE, BUFFER, 60);
  guest.kick();
  assert.equal(guest.get("ent_head"), 5);
  assert.deepEqual(await guest.port.receive(), frame(60));
  assert.equal(guest.port.readable, false);
});

test("a read of another handle is committed as invalid", () => {
  const guest = new RingGuest();
  const id = guest.submit(HVT_RING_NET_READ, BUFFER, 1514, 0);
  guest.kick();
  assert.deepEqual(guest.takeCommit(), { id, ret: SOLO5_R_EINVAL, len: 0 });
});

test("a host that fails is committed as unspecified", () => {
  const guest = new TestGuest();
  const [port] = createNetPair();
  const broken = {
    mtu: 1500,
    mac: port.mac,
    readable: true,
    read: () => {
      throw new Error("EIO");
    },
    write: () => {},
    onceReadable: () => () => {},
    close: () => {},
  };
  const ring = new NetRing(RING, new NetDevices(new Map([[HANDLE, broken]])));
  ring.initialize(guest.memory);
  const bytes = guest.memory.bytes;
  RingEntry.write(
    bytes,
    { operation: HVT_RING_NET_READ, handle: HANDLE, data: BigInt(BUFFER), len: 1514, id: 7 },
    RING + Ring.entries,
  );
  new DataView(bytes.buffer).setUint32(RING + Ring.ent_tail, 1, true);
  ring.answers.get(HVT_RING_KICK_PIO_BASE)!(guest.memory, 0);
  assert.deepEqual(RingCommit.read(bytes, RING + Ring.commits), {
    id: 7,
    ret: SOLO5_R_EUNSPEC,
    len: 0,
    _reserved: 0,
  });
});

test("data that the guest may not use so ends the guest", () => {
  for (const [operation, data] of [
    [HVT_RING_NET_READ, RODATA],
    [HVT_RING_NET_READ, ABSENT],
    [HVT_RING_NET_WRITE, ABSENT],
    [HVT_RING_NET_WRITE, 2n ** 64n - 60n],
  ] as const) {
    const guest = new RingGuest();
    guest.submit(operation, data, 1514);
    assert.throws(
      () => guest.kick(),
      (error) => error instanceof GuestFault && error.reason === "bad-pointer",
    );
  }
});

test("a frame read over the ring itself changes nothing for the host", () => {
  const guest = new RingGuest();
  const hostile = new Uint8Array(128).fill(0xff);
  guest.port.send(hostile);
  guest.submit(HVT_RING_NET_READ, RING, 1514);
  guest.submit(HVT_RING_NET_WRITE, BUFFER, 60);
  guest.kick();
  assert.equal(guest.get("ent_head"), 2, "the host goes on with what it had read");
  assert.equal(guest.get("com_tail"), 1);
});

function badHypercall(error: unknown): boolean {
  return error instanceof GuestFault && error.reason === "bad-hypercall";
}
