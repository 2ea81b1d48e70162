// patience.test.ts: clients that take nothing of responses, beside those that do, on real connections.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import * as http2 from "node:http2";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FrontServer } from "./http/front-server.js";
import { breakOffUntaken } from "./patience.js";
import { RouteTable } from "./routing/route-table.js";
import { noRequests, serveRequest } from "./serve-request.js";
import { StaticFiles } from "./static/static-files.js";

/** More than the kernel keeps for a connection. */
const LARGE = Buffer.alloc(64 << 20);
const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

async function listening<S extends Server>(context: TestContext, server: S): Promise<S & { port: number }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}

/** A client that writes and never reads. */
async function mute(context: TestContext, port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").pause();
  socket.on("error", () => {});
  context.after(() => socket.destroy());
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

/** Ends each response at once, with a patience of 100 ms. */
const endWith =
  (body: Buffer | string): RequestListener =>
  (_, response) => {
    response.end(body);
    breakOffUntaken(response, 100);
  };

test("a whole response whose client never reads is broken off", { timeout: 10_000 }, async (context) => {
  const server = await listening(context, createServer(endWith(LARGE)));
  const closed = once(server, "request").then(([, response]) => once(response, "close"));
  await mute(context, server.port, GET);
  await closed;
});

test("over HTTP/2 as well", { timeout: 10_000 }, async (context) => {
  // Node gives HTTP/2's responses the same methods.
  const answer = endWith(LARGE) as unknown as Parameters<typeof http2.createServer>[1];
  const server = await listening(context, http2.createServer({}, answer));
  const closed = once(server, "request").then(([, response]) => once(response, "close"));
  const session = http2.connect(`http://127.0.0.1:${server.port}`);
  session.on("error", () => {});
  context.after(() => session.destroy());
  session.request({ ":path": "/" }).on("error", () => {});
  await closed;
});

test("a response that was taken leaves its connection alone", async (context) => {
  const server = await listening(context, createServer(endWith("small")));
  const socket = connect(server.port, "127.0.0.1").setEncoding("latin1");
  context.after(() => socket.destroy());
  socket.write(GET);
  await once(socket, "data");
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.write(GET);
  assert.match((await once(socket, "data"))[0] as string, /^HTTP\/1\.1 200 /);
});

test("a response that waits for another one's end does not lose its time", async (context) => {
  const slow: RequestListener = (_, response) => void setTimeout(() => response.end("first"), 300);
  const fast = endWith("second");
  const server = createServer((request, response) => (request.url === "/1" ? slow : fast)(request, response));
  const { port } = await listening(context, server);
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  socket.write(GET.replace("/", "/1") + GET.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
  let answer = "";
  for await (const piece of socket) answer += piece as string;
  assert.match(answer, /first.*second$/s);
});

test("the gateway breaks off whole responses that pile up for a client that never reads", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-patience-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "file"), LARGE.subarray(0, 60_000));
  const route = { hosts: [], path: "/*", files: new StaticFiles(folder) };
  const serving = {
    routes: new RouteTable([route]),
    onRequest: () => {},
    trusted: [],
    serverTiming: false,
    draining: false,
    ...noRequests(),
  };
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const front = new FrontServer((request, response) => void serveRequest(serving, request, response));
  const server = await listening(context, front.server);
  const connected = once(server, "connection") as Promise<[Socket]>;
  await mute(context, server.port, GET.replace("/", "/file").repeat(1000));
  const [socket] = await connected;
  const closed = once(socket, "close");
  // The kernel's buffers fill up; from then on nothing moves.
  for (let before = -1; before !== socket.bytesWritten || socket.writableLength === 0; ) {
    before = socket.bytesWritten;
    // An interval: timeouts stand still.
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => resolve(clearInterval(timer)), 50);
    });
  }
  context.mock.timers.tick(30_000);
  await closed;
});
