// net-memory.test.ts: the pair and the hub do what every net back-end does, and what a program's own tests ask of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MayflyError } from "../errors.js";
import { frame, type Network, netCases, type Peer } from "./net.cases.js";
import { createNetPair, NetHub } from "./net-memory.js";
import type { NetPort } from "./net-port.js";

function peerOf(port: NetPort): Peer {
  return {
    send: (bytes) => port.send(bytes),
    async receive(timeoutMs) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), timeoutMs);
      try {
        return await port.receive({ signal: controller.signal });
      } catch (error) {
        if (controller.signal.aborted) return undefined;
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function network(backend: NetPort, peer: NetPort): Network {
  return { backend, peer: peerOf(peer), [Symbol.dispose]: () => backend.close() };
}

netCases("createNetPair", () => network(...createNetPair()));
netCases("NetHub", () => {
  const hub = new NetHub();
  return network(hub.port(), hub.port());
});

test("a hub's frame reaches every port but its sender, as each one's own copy", async () => {
  using hub = new NetHub();
  const [a, b, c] = [hub.port(), hub.port(), hub.port()];
  a.send(frame(60));
  assert.equal(a.readable, false);
  const atB = await b.receive();
  atB.fill(0);
  assert.deepEqual(await c.receive(), frame(60));
});

test("a port that left the hub neither hears nor is heard", () => {
  using hub = new NetHub();
  const [a, b] = [hub.port(), hub.port()];
  b.close();
  a.send(frame(60));
  b.write(frame(60));
  assert.equal(b.readable, false);
  assert.equal(a.readable, false);
});

test("a frame belongs to its sender again as soon as it is sent", async () => {
  const [a, b] = createNetPair();
  const bytes = frame(60);
  a.send(bytes);
  bytes.fill(0);
  assert.deepEqual(await b.receive(), frame(60));
});

test("a full queue drops new frames and counts them", async () => {
  const [a, b] = createNetPair({ queueFrames: 2 });
  for (let seed = 1; seed <= 5; seed++) a.send(frame(60, seed));
  assert.equal(b.dropped, 3);
  assert.deepEqual(await b.receive(), frame(60, 1));
  assert.deepEqual(await b.receive(), frame(60, 2));
  assert.equal(b.readable, false);
});

test("a frame that does not fit its reader is counted, too", () => {
  const [a, b] = createNetPair();
  a.send(frame(60));
  assert.equal(b.read(new Uint8Array(59)), 0);
  assert.equal(b.dropped, 1);
});

test("several receivers of one port each get a frame of their own", async () => {
  const [a, b] = createNetPair();
  const waiting = [b.receive(), b.receive()];
  a.send(frame(60, 1));
  a.send(frame(60, 2));
  assert.deepEqual(await Promise.all(waiting), [frame(60, 1), frame(60, 2)]);
});

test("receive gives up with its signal", async () => {
  const [, b] = createNetPair();
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 5);
  await assert.rejects(b.receive({ signal: controller.signal }), { name: "AbortError" });
  await assert.rejects(b.receive({ signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});

test("a port can be iterated until the other end closes", async () => {
  const [a, b] = createNetPair();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const bytes of b) seen.push(bytes.length);
  })();
  a.send(frame(60));
  await new Promise(setImmediate);
  a.send(frame(61));
  a.close();
  await reading;
  assert.deepEqual(seen, [60, 61]);
  await assert.rejects(b.receive(), closed);
  assert.throws(() => a.send(frame(60)), closed);
});

test("a receiver that waits learns that the other end closed", async () => {
  const [a, b] = createNetPair();
  const waiting = b.receive();
  a.close();
  await assert.rejects(waiting, closed);
});

test("send refuses what is no frame", () => {
  const [a] = createNetPair({ mtu: 100 });
  a.send(frame(114));
  assert.throws(() => a.send(frame(115)), /frame: got 115 bytes, expected 14 to 114/);
  assert.throws(() => a.send(new Uint8Array(13)), /frame: got 13 bytes, expected 14 to 114/);
});

test("a pair has the address that was given and a random, locally administered one", () => {
  const [a, b] = createNetPair({ mac: "02:00:00:00:00:01" });
  assert.equal(a.address, "02:00:00:00:00:01");
  assert.notEqual(b.address, a.address);
  assert.equal(b.mac[0]! & 0x03, 0x02);
});

for (const [what, options, message] of [
  ["an MTU below IPv4's smallest", { mtu: 67 }, /got an MTU of 67 bytes, expected 68 to 65521/],
  ["an MTU that no TAP has", { mtu: 65522 }, /got an MTU of 65522 bytes/],
  ["a queue of nothing", { queueFrames: 0 }, /got a queue of 0 frames, expected at least 1/],
  ["a multicast address", { mac: "01:00:5e:00:00:01" }, /expected a unicast address/],
] as const) {
  test(`createNetPair rejects ${what}`, () => {
    assert.throws(
      () => createNetPair(options),
      (error) => {
        assert.ok(
          error instanceof MayflyError && error.code === "DEVICE_INVALID" && error.mend !== undefined,
        );
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

function closed(error: unknown): boolean {
  return error instanceof MayflyError && error.message.includes("closed");
}
