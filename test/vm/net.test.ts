// net.test.ts: networks from inside a VM: cables, hubs, bridges, and the ring that spares exits.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { HVT_HYPERCALL_NET_READ, NetRead, SOLO5_R_AGAIN, SOLO5_R_OK } from "../../src/abi/hypercalls.js";
import {
  HVT_RING_KICK_PIO_BASE,
  HVT_RING_NET_READ,
  HVT_RING_NET_WRITE,
  Ring,
  RingCommit,
  RingEntry,
} from "../../src/abi/net-ring.js";
import { createNetPair, NetHub } from "../../src/index.js";
import { pageDown } from "../../src/machine/address-space.js";
import { app, runGuest } from "./support/apps.js";
import { GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

const MIB = 1 << 20;

machineTest("frames go out and come in over a cable", async (monitor) => {
  const [guest, host] = createNetPair({ mac: "02:00:00:00:00:07" });
  const run = monitor
    .create(await app("net"), { args: ["3"], devices: { service0: guest }, limits: { memoryMiB: 16 } })
    .run();
  for (const length of [14, 60, 1514]) {
    const frame = Uint8Array.from({ length }, (_, i) => i);
    host.send(frame);
    const back = await host.receive();
    const swapped = [...frame.subarray(6, 12), ...frame.subarray(0, 6), ...frame.subarray(12)];
    assert.deepEqual([...back], swapped);
  }
  assert.equal((await run).status, 0);
});

machineTest("a frame sent from a Buffer is the sender's again at once", async (monitor) => {
  const [guest, host] = createNetPair();
  const devices = { service0: guest };
  const run = monitor.create(await app("net"), { args: ["1"], devices, limits: { memoryMiB: 16 } }).run();
  const frame = Buffer.alloc(60, 1);
  host.send(frame);
  frame.fill(2);
  assert.deepEqual([...(await host.receive())], [...Buffer.alloc(60, 1)]);
  assert.equal((await run).status, 0);
});

machineTest("two guests on a hub answer one another's frames", async (monitor) => {
  const hub = new NetHub();
  const mine = hub.port();
  const [left, right] = await Promise.all(
    [1, 2].map(async () =>
      monitor.create(await app("net"), {
        args: ["1"],
        devices: { service0: hub.port() },
        limits: { memoryMiB: 16 },
      }),
    ),
  );
  const runs = [left!.run(), right!.run()];
  await delay(5);
  mine.send(Uint8Array.from({ length: 60 }, (_, i) => i));
  for (const end of await Promise.all(runs)) assert.equal(end.status, 0, end.message);
  assert.equal((await mine.receive()).length, 60);
  hub.close();
});

machineTest("a guest between two networks passes frames on, unchanged", async (monitor) => {
  const [a, farA] = createNetPair();
  const [b, farB] = createNetPair();
  const run = monitor
    .create(await app("bridge"), {
      args: ["2"],
      devices: { service0: a, service1: b },
      limits: { memoryMiB: 16 },
    })
    .run();
  const frame = Uint8Array.from({ length: 200 }, (_, i) => i ^ 0x55);
  farA.send(frame);
  assert.deepEqual([...(await farB.receive())], [...frame]);
  farB.send(frame);
  assert.deepEqual([...(await farA.receive())], [...frame]);
  assert.equal((await run).status, 0);
});

machineTest("a net read without a frame says: again", async (monitor) => {
  const program = new GuestProgram();
  const read = program.struct(NetRead, { handle: 1n, data: BigInt(program.reserve(1514)), len: 1514n });
  const image = program
    .hypercall(HVT_HYPERCALL_NET_READ, read)
    .show(read, NetRead.size)
    .halt()
    .image({ devices: [{ name: "lan", type: "net" }] });
  const { output } = await runGuest(monitor, image, { devices: { lan: createNetPair()[0] } });
  assert.equal(NetRead.read(output).ret, SOLO5_R_AGAIN);
});

machineTest("a kick of the ring sends and receives several frames in one exit", async (monitor) => {
  const memoryMiB = 8;
  const ring = pageDown(memoryMiB * MIB - Ring.size);
  const [guest, host] = createNetPair();
  const incoming = Uint8Array.from({ length: 100 }, (_, i) => 200 - i);
  host.send(incoming);
  const program = new GuestProgram();
  const sent = Uint8Array.from({ length: 64 }, (_, i) => i);
  const [frame, buffer] = [program.place(sent), program.reserve(1514)];
  const entries = new Uint8Array(4 * RingEntry.size);
  const entry = (i: number, operation: number, data: number, len: number, id: number) =>
    RingEntry.write(entries, { operation, handle: 1, data: BigInt(data), len, id }, i * RingEntry.size);
  entry(0, HVT_RING_NET_WRITE, frame, 64, 0);
  entry(1, HVT_RING_NET_READ, buffer, 1514, 71);
  entry(2, HVT_RING_NET_WRITE, frame, 32, 0);
  entry(3, HVT_RING_NET_READ, buffer + 512, 1000, 72);
  const copied = program.place(entries);
  // rep movsb into the ring; then ent_tail = 4
  program
    .load("rsi", copied)
    .load("rdi", ring + Ring.entries)
    .load("rcx", entries.length)
    .raw(0xf3, 0xa4);
  program.load("rbx", ring + Ring.ent_tail).raw(0xc7, 0x03, 4, 0, 0, 0);
  const image = program
    .out(HVT_RING_KICK_PIO_BASE, 0)
    .show(ring, 128)
    .show(ring + Ring.commits, 2 * RingCommit.size)
    .show(buffer, 100)
    .halt()
    .image({ devices: [{ name: "lan", type: "net" }] });
  const { end, output, stats } = await runGuest(monitor, image, {
    devices: { lan: guest },
    limits: { memoryMiB },
  });
  assert.equal(end.reason, "halt", end.message);
  assert.equal(stats.exits.get("net ring kick"), 1);
  const state = new DataView(output.buffer, output.byteOffset, 128);
  assert.deepEqual([state.getUint32(Ring.ent_head, true), state.getUint32(Ring.com_tail, true)], [4, 2]);
  assert.deepEqual(RingCommit.read(output, 128), { id: 71, ret: SOLO5_R_OK, len: 100, _reserved: 0 });
  assert.deepEqual(RingCommit.read(output, 128 + RingCommit.size), {
    id: 72,
    ret: SOLO5_R_AGAIN,
    len: 0,
    _reserved: 0,
  });
  assert.deepEqual([...output.subarray(-100)], [...incoming]);
  assert.deepEqual([...(await host.receive())], [...sent]);
  assert.deepEqual([...(await host.receive())], [...sent.subarray(0, 32)]);
});
