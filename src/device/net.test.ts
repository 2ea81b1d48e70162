// net.test.ts: what the device makes of a back-end that fails, and how it waits for several at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  HVT_HYPERCALL_NET_READ,
  HVT_HYPERCALL_NET_WRITE,
  NetRead,
  NetWrite,
  SOLO5_R_EUNSPEC,
} from "../abi/hypercalls.js";
import { SystemCallError } from "../linux/system-call-error.js";
import { frame } from "./net.cases.js";
import { type NetBackend, NetDevices } from "./net.js";
import { createNetPair } from "./net-memory.js";
import { BUFFER, TestGuest } from "./test-guest.fixture.js";

test("a back-end that throws gives the guest EUNSPEC and the host the error", async () => {
  const error = new SystemCallError("read of a TAP interface", "EIO");
  const fail = () => {
    throw error;
  };
  const [port] = createNetPair();
  const broken: NetBackend = {
    mtu: 1500,
    mac: port.mac,
    readable: true,
    read: fail,
    write: fail,
    onceReadable: () => () => {},
    close: () => {},
  };
  const failures: [unknown, string][] = [];
  const device = new NetDevices(new Map([[0, broken]]), (...failure) => failures.push(failure));
  const guest = new TestGuest();
  const values = { handle: 0n, data: BigInt(BUFFER), len: 60n, ret: -1 };
  const read = await guest.call(device, HVT_HYPERCALL_NET_READ, NetRead, values);
  assert.deepEqual(read, { ...values, ret: SOLO5_R_EUNSPEC });
  const write = await guest.call(device, HVT_HYPERCALL_NET_WRITE, NetWrite, values);
  assert.deepEqual(write, { ...values, ret: SOLO5_R_EUNSPEC });
  assert.deepEqual(failures, [
    [error, "net read"],
    [error, "net write of 60 bytes"],
  ]);
});

test("readyHandles has the bit of every device with a frame", () => {
  const pairs = [createNetPair(), createNetPair(), createNetPair()] as const;
  const device = new NetDevices(
    new Map([
      [0, pairs[0][0]],
      [5, pairs[1][0]],
      [63, pairs[2][0]],
    ]),
  );
  assert.equal(device.readyHandles(), 0n);
  pairs[1][1].send(frame(60));
  assert.equal(device.readyHandles(), 1n << 5n);
  pairs[2][1].send(frame(60));
  assert.equal(device.readyHandles(), (1n << 5n) | (1n << 63n));
});

test("onceReadable calls once, whichever device is first and however many follow", async () => {
  const [a, b] = [createNetPair(), createNetPair()];
  const device = new NetDevices(
    new Map([
      [0, a[0]],
      [1, b[0]],
    ]),
  );
  let calls = 0;
  device.onceReadable(() => calls++);
  assert.equal(calls, 0);
  b[1].send(frame(60));
  a[1].send(frame(60));
  b[1].send(frame(60));
  assert.equal(calls, 0, "never within a sender's call");
  await new Promise(setImmediate);
  assert.equal(calls, 1);
});

test("onceReadable calls for a frame that was there before, but not within the call", async () => {
  const [guestPort, port] = createNetPair();
  const device = new NetDevices(new Map([[0, guestPort]]));
  port.send(frame(60));
  let calls = 0;
  device.onceReadable(() => calls++);
  assert.equal(calls, 0);
  await new Promise(setImmediate);
  assert.equal(calls, 1);
});

test("a program without net devices never becomes readable", async () => {
  const device = new NetDevices(new Map());
  device.onceReadable(() => assert.fail("called"))();
  await new Promise(setImmediate);
  assert.equal(device.readyHandles(), 0n);
});

test("closing the device closes every back-end", () => {
  const [port, peer] = createNetPair();
  new NetDevices(new Map([[0, port]])).close();
  assert.throws(() => peer.send(frame(60)), /closed/);
});
