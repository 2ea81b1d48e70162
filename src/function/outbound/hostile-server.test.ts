// hostile-server.test.ts: whatever a server does, a request ends, its connection is accounted for, and the process lives on.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { outboundFor, send, serveRaw, textOf, until } from "./servers.fixture.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The ways in which a response can end that have no length. */
for (const [how, end] of [
  ["closes", (socket: Socket): unknown => socket.end()],
  ["resets", (socket: Socket): unknown => socket.resetAndDestroy()],
] as const) {
  for (const length of [1000, 64 << 10, 100_000, 300_000]) {
    test(`a server that ${how} the connection behind ${length} bytes that nobody has read yet`, async (t) => {
      const server = await serveRaw(t, (socket) =>
        socket.once("data", () => {
          socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${"x".repeat(length)}`);
          setTimeout(() => end(socket), 50);
        }),
      );
      const outbound = outboundFor(t, { origins: [server.origin] });
      const response = await send(outbound, server.origin);
      await pause(100);
      const got = await textOf(response).then(
        (text) => text.length,
        (error) => error.code,
      );
      // A reset takes what was not delivered along. libuv tells one behind a partial read as an end, so that both may come.
      if (how === "closes") assert.equal(got, length);
      else assert.ok(got === "OUTBOUND_FAILED" || got <= length, String(got));
      assert.equal(outbound.connections.busy, 0);
    });
  }
}

test("a server that sends more than it said, or without being asked, spoils no other response", async (t) => {
  const server = await serveRaw(t, (socket) =>
    socket.on("data", () => {
      const response = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
      socket.write(`${response}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong`);
    }),
  );
  const outbound = outboundFor(t, { origins: [server.origin] });
  for (let i = 0; i < 5; i += 1)
    assert.match(
      await textOf(await send(outbound, server.origin)).catch((error) => error.code),
      /^(?:ok|OUTBOUND_FAILED)$/,
    );
});

for (const [what, response] of [
  ["switches protocols", "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
  ["says continue", "HTTP/1.1 100 Continue\r\n\r\n"],
  ["sends an endless head", `HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}`],
  ["has two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"],
  [
    "has a length and chunks",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
  ],
  ["has a chunk of no size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nx\r\n"],
  ["breaks off", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nxx"],
  ["says nothing", ""],
] as const) {
  test(`a server that ${what} fails the request`, async (t) => {
    const server = await serveRaw(t, (socket) => socket.once("data", () => socket.end(response)));
    const outbound = outboundFor(t, { origins: [server.origin] });
    await assert.rejects(async () => textOf(await send(outbound, server.origin)), {
      code: "OUTBOUND_FAILED",
    });
    assert.deepEqual(outbound.connections, { busy: 0, idle: 0 });
  });
}

const head = fc.constantFrom(
  "HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n",
  "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
  "HTTP/1.0 200 OK\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n30d40\r\n",
  "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n",
  "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
  "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 200000\r\n\r\n",
  "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n",
);
const step = fc.oneof(
  fc.record({ do: fc.constant("write" as const), bytes: fc.constantFrom(1, 1000, 65_536, 200_000) }),
  fc.record({ do: fc.constant("junk" as const), bytes: fc.nat(64) }),
  fc.record({ do: fc.constant("pause" as const), ms: fc.nat(4) }),
);
const plan = fc.record({
  head,
  steps: fc.array(step, { maxLength: 5 }),
  end: fc.constantFrom("end", "reset", "destroy", "nothing"),
  upload: fc.constantFrom("none", "whole", "stream"),
  read: fc.constantFrom("all", "slowly", "never", "one"),
});

test("requests to servers at random end, one way or the other", { timeout: 120_000 }, async (t) => {
  let current: { head: string; steps: readonly { do: string; bytes?: number; ms?: number }[]; end: string };
  const server = await serveRaw(t, async (socket) => {
    const { head: start, steps, end } = current;
    await new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
    socket.write(start);
    for (const one of steps) {
      if (one.do === "pause") await pause(one.ms!);
      else if (!socket.destroyed)
        socket.write(one.do === "write" ? "x".repeat(one.bytes!) : Buffer.alloc(one.bytes!, 0));
    }
    if (end === "end") socket.end();
    if (end === "reset") socket.resetAndDestroy();
    if (end === "destroy") socket.destroy();
  });
  const outbound = outboundFor(t, { origins: [server.origin], timeoutMs: 40, maxRequests: 5 });
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 20; i += 1) {
      yield Buffer.alloc(50_000);
      await pause(1);
    }
  }
  const bodies = { none: () => undefined, whole: () => Buffer.alloc(300_000), stream };
  await fc.assert(
    fc.asyncProperty(plan, async ({ upload, read, ...behavior }) => {
      current = behavior;
      const body = bodies[upload as keyof typeof bodies]();
      const parts = body === undefined ? {} : { method: "POST", body };
      try {
        const response = await send(outbound, server.origin, parts);
        if (read === "never") await pause(10);
        for await (const _ of response.body) {
          if (read === "one") break;
          if (read === "slowly") await pause(3);
        }
      } catch (error) {
        assert.match(String((error as { code?: string }).code), /^OUTBOUND_(?:FAILED|LIMIT)$/, String(error));
      }
      assert.equal(outbound.connections.busy, 0);
    }),
    { numRuns: 300 },
  );
  await until("connections are gone or idle", () => server.open <= outbound.connections.idle + 32);
});
