// limits.test.ts: a call's limits hold, an end from outside is an end at once, and nothing is left behind.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { heldBufferBytes } from "../../../test/support/held-buffers.js";
import type { OutboundRequest, OutboundResponse } from "../../device/outbound-client.js";
import { outboundFor, send, serveHttp, serveRaw, textOf, until } from "./servers.fixture.js";

const LIMIT = { code: "OUTBOUND_LIMIT" };
const never = new AbortController().signal;
const get = (url: string): OutboundRequest => ({ method: "GET", url, headers: [], redirect: "follow" });

test("requests of one call are counted, redirects among them; the next call counts anew", async (t) => {
  const server = await serveHttp(t, ({ url }, response) =>
    url === "/once" ? response.writeHead(302, { location: "/" }).end() : response.end("ok"),
  );
  const outbound = outboundFor(t, { origins: [server.origin], maxRequests: 3 });
  const client = outbound.client();
  await textOf(await client.send(get(`${server.origin}/once`), never));
  await textOf(await client.send(get(server.origin), never));
  await assert.rejects(client.send(get(server.origin), never), {
    ...LIMIT,
    message: `fetch of ${server.origin}/: got request 4 of a call, expected at most 3`,
    mend: "raise outbound.maxRequests",
  });
  assert.equal(await textOf(await send(outbound, server.origin)), "ok");
});

test("only so many are open at once; one that ends, fails or is given up makes room", async (t) => {
  const server = await serveHttp(t, ({ url }, response) => {
    if (url === "/") response.end("ok");
    else response.write("first");
  });
  const client = outboundFor(t, { origins: [server.origin], maxConcurrent: 2 }).client();
  const open = (): Promise<OutboundResponse> => client.send(get(`${server.origin}/open`), never);
  const [first, second] = await Promise.all([open(), open()]);
  await assert.rejects(open(), LIMIT);
  await first.body[Symbol.asyncIterator]().return!();
  assert.equal(await textOf(await client.send(get(server.origin), never)), "ok");
  await assert.rejects(client.send(get("http://elsewhere.test/"), never), { code: "OUTBOUND_REFUSED" });
  const third = await open();
  await assert.rejects(open(), LIMIT);
  for (const { body } of [second, third]) await body[Symbol.asyncIterator]().return!();
  await until("the connections are gone", () => server.open === 0);
});

for (const [what, path] of [
  ["before it answers", "/silent"],
  ["in the middle of its body", "/slow"],
] as const) {
  test(`a server that is slow ${what} is cut`, async (t) => {
    const server = await serveHttp(t, ({ url }, response) => {
      if (url === "/slow") response.write("first");
    });
    const outbound = outboundFor(t, { origins: [server.origin], timeoutMs: 100 });
    await assert.rejects(async () => textOf(await send(outbound, server.origin + path)), {
      ...LIMIT,
      message: `fetch of ${server.origin}${path}: got no end after 100 ms, expected at most 100 ms`,
    });
    await until("its connection is gone", () => server.open === 0);
    assert.deepEqual(outbound.connections, { busy: 0, idle: 0 });
  });
}

test("a name server that never answers is cut, too", async (t) => {
  // A look-up keeps the process; this one is none.
  await serveHttp(t, (_, response) => response.end());
  const outbound = outboundFor(t, { origins: ["*"], timeoutMs: 50 }, { resolve: () => undefined });
  await assert.rejects(send(outbound, "http://name.test/"), LIMIT);
  assert.deepEqual(outbound.connections, { busy: 0, idle: 0 });
});

test("responses of one call are counted together, decoded: a bomb is cut", async (t) => {
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  const server = await serveHttp(t, ({ url }, response) => {
    if (url === "/bomb") response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    else response.end(Buffer.alloc(600_000));
  });
  const outbound = outboundFor(t, { origins: [server.origin], maxResponseBytes: 1_000_000 });
  const response = await send(outbound, `${server.origin}/bomb`);
  let got = 0;
  await assert.rejects(
    async () => {
      for await (const piece of response.body) got += piece.length;
    },
    {
      ...LIMIT,
      message: `fetch of ${server.origin}/bomb: got more to receive than a call may, expected at most 1000000 bytes`,
    },
  );
  assert.ok(got <= 1_000_000);
  const client = outbound.client();
  await textOf(await client.send(get(server.origin), never));
  await assert.rejects(async () => textOf(await client.send(get(server.origin), never)), LIMIT);
  await until("the cut ones are gone", () => outbound.connections.busy === 0);
});

test("what a decoder eats without an output is counted", async (t) => {
  // A member's header whose name has no end.
  const head = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
  const server = await serveHttp(t, (_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).write(head);
    response.end(Buffer.alloc(500_000, "x"));
  });
  const outbound = outboundFor(t, { origins: [server.origin], maxResponseBytes: 100_000 });
  await assert.rejects(async () => textOf(await send(outbound, server.origin)), LIMIT);
});

test("bodies that are sent are counted together, whole and streamed", async (t) => {
  let arrived = 0;
  const server = await serveHttp(t, (request, response) => {
    request.on("data", (piece: Buffer) => {
      arrived += piece.length;
    });
    request.on("end", () => response.end());
  });
  const outbound = outboundFor(t, { origins: [server.origin], maxRequestBytes: 100_000 });
  const post = (body: NonNullable<OutboundRequest["body"]>) => ({
    ...get(server.origin),
    method: "POST",
    body,
  });
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(10_000);
  }
  const client = outbound.client();
  await textOf(await client.send(post(Buffer.alloc(60_000)), never));
  await assert.rejects(client.send(post(Buffer.alloc(60_000)), never), LIMIT);
  assert.equal(arrived, 60_000);
  await assert.rejects(outbound.client().send(post(stream()), never), LIMIT);
  assert.ok(arrived <= 160_000);
});

test("an abort ends the request and its socket, wherever it is", async (t) => {
  const server = await serveHttp(t, ({ url }, response) => {
    if (url !== "/silent") response.write("first");
  });
  const deafened: Socket[] = [];
  const deaf = await serveRaw(t, (socket) => deafened.push(socket.pause()));
  const outbound = outboundFor(
    t,
    { origins: [server.origin, deaf.origin, "http://name.test"] },
    { resolve: () => undefined },
  );
  const why = new Error("the guest gave it up");
  const abortDuring = async (
    url: string,
    parts: Partial<OutboundRequest>,
    ready: () => boolean,
  ): Promise<void> => {
    const controller = new AbortController();
    const sent = send(outbound, url, parts, controller.signal).then(textOf);
    sent.catch(() => undefined);
    await until(`${url} is under way`, ready);
    controller.abort(why);
    assert.deepEqual(outbound.connections, { busy: 0, idle: 0 });
    await assert.rejects(sent, why);
  };
  await abortDuring(`${server.origin}/silent`, {}, () => server.open === 1);
  await until("it is gone", () => server.open === 0);
  await abortDuring(`${server.origin}/slow`, {}, () => server.open === 1);
  await until("it is gone", () => server.open === 0);
  await abortDuring("http://name.test/", {}, () => outbound.connections.busy === 1);
  const big = Buffer.alloc(8 << 20);
  await abortDuring(deaf.origin, { method: "POST", body: big }, () => deaf.open === 1);
  // Its end shows to whoever reads.
  deafened[0]!.resume();
  await until("it is gone", () => deaf.open === 0);
  await assert.rejects(send(outbound, server.origin, {}, AbortSignal.abort(why)), why);
});

test("a slow reader slows the server down, and memory stays flat", async (t) => {
  const MIB = 1 << 20;
  const piece = Buffer.alloc(MIB);
  let sent = 0;
  const server = await serveHttp(t, (_, response) => {
    const more = (): void => {
      while (sent < 64 * MIB) {
        sent += MIB;
        if (!response.write(piece)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  });
  const outbound = outboundFor(t, { origins: [server.origin], maxResponseBytes: 65 * MIB });
  const response = await send(outbound, server.origin);
  const body = response.body[Symbol.asyncIterator]();
  let got = 0;
  while (got < MIB) got += (await body.next()).value.length;
  // The server runs into the buffers of two sockets, which the kernel bounds; then nothing moves any more.
  let before = -1;
  await until("the server stands still", () => {
    const still = before === sent;
    before = sent;
    return still;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(sent < 40 * MIB, `${sent / MIB} MiB sent`);
  const most = heldBufferBytes();
  let looked = got;
  for (let next = await body.next(); next.done !== true; next = await body.next()) {
    got += next.value.length;
    if (got - looked < MIB) continue;
    looked = got;
    assert.ok(heldBufferBytes() < most + 16 * MIB);
  }
  assert.equal(got, 64 * MIB);
});
