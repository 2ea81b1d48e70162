// outbound.test.ts: requests go out and responses come back as fetch has them; connections serve again.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { headerOf, outboundFor, send, serveHttp, serveRaw, textOf, until } from "./servers.fixture.js";

test("a request arrives as it was sent, with the host's own headers", async (t) => {
  const server = await serveHttp(t, (request, response) => {
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.writeHead(201, "Made", { "x-raw": "caf\xe9" });
    response.end(JSON.stringify([request.method, request.url, request.headers]));
  });
  const outbound = outboundFor(t, { origins: [server.origin] });
  const response = await send(outbound, `${server.origin}/a/b?c=%20#f`, {
    method: "PATCH",
    headers: [
      ["X-Mine", "1"],
      ["host", "evil.test"],
      ["content-length", "99"],
      ["connection", "upgrade"],
    ],
    body: Buffer.from("body"),
  });
  assert.deepEqual([response.status, response.statusText, response.redirected], [201, "Made", false]);
  assert.equal(response.url, `${server.origin}/a/b?c=%20`);
  assert.equal(headerOf(response, "x-raw"), "caf\xe9");
  assert.deepEqual(
    response.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value),
    ["a=1", "b=2"],
  );
  const [method, path, headers] = JSON.parse(await textOf(response));
  assert.deepEqual([method, path], ["PATCH", "/a/b?c=%20"]);
  assert.deepEqual(headers, {
    "x-mine": "1",
    host: server.origin.slice(7),
    connection: "keep-alive",
    "content-length": "4",
    accept: "*/*",
    "accept-encoding": "gzip, deflate",
    "user-agent": "mayfly",
  });
});

test("an upload streams: the server has its first piece before the second exists", async (t) => {
  const arrived: string[] = [];
  const server = await serveHttp(t, (request, response) => {
    request.on("data", (piece) => arrived.push(String(piece)));
    request.on("end", () => response.end(request.headers["transfer-encoding"]));
  });
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("one");
    await until("the first piece arrived", () => arrived.length > 0);
    yield Buffer.from("two");
  }
  const outbound = outboundFor(t, { origins: [server.origin] });
  const response = await send(outbound, server.origin, { method: "POST", body: body() });
  assert.equal(await textOf(response), "chunked");
  assert.deepEqual(arrived, ["one", "two"]);
});

test("a connection serves the next request, of another call, too; functions share none", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("ok"));
  const outbound = outboundFor(t, { origins: [server.origin] });
  for (let i = 0; i < 3; i += 1) assert.equal(await textOf(await send(outbound, server.origin)), "ok");
  assert.equal(server.accepted, 1);
  assert.deepEqual(outbound.connections, { busy: 0, idle: 1 });
  await textOf(await send(outboundFor(t, { origins: [server.origin] }), server.origin));
  assert.equal(server.accepted, 2);
  await outbound.close();
  await until("its connection is closed", () => server.open === 1);
  await assert.rejects(send(outbound, server.origin), { code: "OUTBOUND_REFUSED" });
});

test("a connection that the server closes is forgotten", async (t) => {
  const server = await serveRaw(t, (socket) =>
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      setTimeout(() => socket.end(), 20);
    }),
  );
  const outbound = outboundFor(t, { origins: [server.origin] });
  for (let i = 0; i < 3; i += 1) {
    assert.equal(await textOf(await send(outbound, server.origin)), "ok");
    await until("the connection is forgotten", () => outbound.connections.idle === 0);
  }
  assert.equal(server.accepted, 3);
});

const TEXT = "hello ".repeat(1000);
for (const [coding, encode] of Object.entries({
  gzip: gzipSync,
  "X-GZip": gzipSync,
  deflate: deflateSync,
  "deflate ": deflateRawSync,
  br: brotliCompressSync,
  "gzip, br": (text: string) => brotliCompressSync(gzipSync(text)),
})) {
  test(`a body in ${JSON.stringify(coding)} is decoded, its headers go`, async (t) => {
    const server = await serveHttp(t, (_, response) => {
      const bytes = encode(TEXT);
      response.writeHead(200, { "content-encoding": coding, "content-length": bytes.length }).end(bytes);
    });
    const response = await send(outboundFor(t, { origins: [server.origin] }), server.origin);
    assert.equal(headerOf(response, "content-encoding"), undefined);
    assert.equal(headerOf(response, "content-length"), undefined);
    assert.equal(await textOf(response), TEXT);
  });
}

test("codings that are unknown or too many stay on the body; a broken one fails", async (t) => {
  const server = await serveHttp(t, ({ url }, response) => {
    response.writeHead(200, { "content-encoding": url!.slice(1).replaceAll("-", ",") }).end("plain");
  });
  const outbound = outboundFor(t, { origins: [server.origin] });
  assert.equal(await textOf(await send(outbound, `${server.origin}/zstd`)), "plain");
  assert.equal(await textOf(await send(outbound, `${server.origin}/gzip-gzip-gzip`)), "plain");
  await assert.rejects(textOf(await send(outbound, `${server.origin}/gzip`)), {
    code: "OUTBOUND_FAILED",
    message: `fetch of ${server.origin}/gzip: got Z_DATA_ERROR, expected a response`,
  });
  assert.equal((await send(outbound, `${server.origin}/gzip`, { method: "HEAD" })).status, 200);
});

test("redirects are followed, credentials stay at their origin", async (t) => {
  const other = await serveHttp(t, ({ method, headers }, response) =>
    response.end(
      JSON.stringify([method, headers.authorization ?? "none", headers["content-type"] ?? "none"]),
    ),
  );
  const server = await serveHttp(t, (request, response) => {
    request.resume();
    const to = request.url === "/" ? "/next" : `${other.origin}/last`;
    response.writeHead(request.url === "/" ? 307 : 302, { location: to, connection: "close" }).end("moved");
  });
  const outbound = outboundFor(t, { origins: [server.origin, other.origin] });
  const response = await send(outbound, server.origin, {
    method: "POST",
    headers: [
      ["authorization", "secret"],
      ["content-type", "text/plain"],
    ],
    body: Buffer.from("x"),
  });
  assert.deepEqual([response.url, response.redirected], [`${other.origin}/last`, true]);
  assert.equal(await textOf(response), '["GET","none","none"]');
  const manual = await send(outbound, server.origin, { redirect: "manual" });
  assert.deepEqual([manual.status, headerOf(manual, "location"), manual.redirected], [307, "/next", false]);
  assert.equal(await textOf(manual), "moved");
  await assert.rejects(send(outbound, server.origin, { redirect: "error" }), { code: "OUTBOUND_FAILED" });
});

test("redirects in a circle end", async (t) => {
  let requests = 0;
  const server = await serveHttp(t, (_, response) => {
    requests += 1;
    response.writeHead(302, { location: "/" }).end();
  });
  const outbound = outboundFor(t, { origins: [server.origin] });
  await assert.rejects(send(outbound, server.origin), /got more than 20 redirects, expected fewer/);
  assert.equal(requests, 21);
  assert.deepEqual(outbound.connections.busy, 0);
});

test("what fails is told by its code alone", async (t) => {
  const server = await serveRaw(t, (socket) =>
    socket.once("data", () => socket.end("no HTTP at all\r\n\r\n")),
  );
  const outbound = outboundFor(
    t,
    { origins: [server.origin, "http://127.0.0.1:1", "http://name.test"] },
    {
      resolve: (_, __, done) =>
        done(Object.assign(new Error("getaddrinfo at 10.0.0.53"), { code: "ENOTFOUND" }), []),
    },
  );
  await assert.rejects(send(outbound, "http://127.0.0.1:1/a?secret"), {
    code: "OUTBOUND_FAILED",
    message: "fetch of http://127.0.0.1:1/a: got ECONNREFUSED, expected a response",
  });
  await assert.rejects(
    send(outbound, "http://name.test/"),
    /^MayflyError: fetch of http:\/\/name.test\/: got ENOTFOUND, expected a response$/,
  );
  await assert.rejects(send(outbound, server.origin), /got HPE_INVALID_CONSTANT, expected a response/);
});

test("a response before the upload is over ends the upload", async (t) => {
  const server = await serveHttp(t, (_, response) => response.writeHead(413).end("enough"));
  let ended = false;
  let pieces = 0;
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      // The head leaves with the first piece.
      next: () => {
        pieces += 1;
        return pieces === 1
          ? Promise.resolve({ done: false, value: Buffer.from("one") })
          : new Promise(() => undefined);
      },
      return: async () => {
        ended = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const outbound = outboundFor(t, { origins: [server.origin] });
  const response = await send(outbound, server.origin, { method: "POST", body });
  assert.deepEqual([response.status, await textOf(response)], [413, "enough"]);
  assert.ok(ended);
  await until("its connection is gone", () => server.open === 0);
  assert.deepEqual(outbound.connections, { busy: 0, idle: 0 });
});

test("an upload that throws fails the request", async (t) => {
  const server = await serveHttp(t, (request) => request.resume());
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("one");
    throw new Error("the guest is gone");
  }
  const outbound = outboundFor(t, { origins: [server.origin] });
  await assert.rejects(send(outbound, server.origin, { method: "POST", body: body() }), {
    code: "OUTBOUND_FAILED",
  });
  await until("its connection is gone", () => server.open === 0);
});

test("an idle connection does not keep the process", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("ok"));
  const { spawn } = await import("node:child_process");
  const program = `
    const { openOutbound } = await import(${JSON.stringify(new URL("./outbound.js", import.meta.url).href)});
    const client = openOutbound({ origins: [${JSON.stringify(server.origin)}] }).client();
    const request = { method: "GET", url: ${JSON.stringify(server.origin)}, headers: [], redirect: "follow" };
    const { body } = await client.send(request, new AbortController().signal);
    for await (const piece of body) process.stdout.write(piece);
    process.on("exit", () => process.stdout.write(" " + process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap").join()));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (piece) => {
    output += piece;
  });
  const [status] = await once(child, "close");
  assert.equal(status, 0);
  assert.match(output, /^ok/);
  // It left while the connection was still open on its side: nobody had closed it.
  assert.equal(server.accepted, 1);
});
