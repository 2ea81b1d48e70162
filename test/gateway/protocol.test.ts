// protocol.test.ts: bytes that are no proper HTTP, and old or odd HTTP that is.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { until } from "../support/until.js";
import { ask, raw } from "./support/client.js";
import { gatewayTest, misdeeds } from "./support/gateway.js";

const malformed: [what: string, text: string, status: number, code: string][] = [
  ["no HTTP at all", "hello?\r\n\r\n", 400, "bad-request"],
  ["no Host", "GET /hello HTTP/1.1\r\n\r\n", 400, "bad-request"],
  [
    "a Host that names no host",
    "GET /hello HTTP/1.1\r\nhost: a/../b\r\nconnection: close\r\n\r\n",
    400,
    "bad-request",
  ],
  [
    "a content-length and chunks",
    "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
    "bad-request",
  ],
  [
    "two lengths",
    "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
    400,
    "bad-request",
  ],
  ["an HTTP/2 that it is not", "GET /hello HTTP/2.0\r\nhost: a\r\n\r\n", 400, "bad-request"],
  ["an empty Host", "GET /hello HTTP/1.1\r\nhost:\r\n\r\n", 400, "bad-request"],
  [
    "a host in the target and two Hosts",
    "GET http://a/hello HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    400,
    "bad-request",
  ],
  [
    "an expectation that nobody knows",
    "GET /hello HTTP/1.1\r\nhost: a\r\nexpect: tea\r\n\r\n",
    417,
    "bad-request",
  ],
  ["two Hosts", "GET /hello HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", 400, "bad-request"],
  ["a tunnel", "CONNECT a.test:443 HTTP/1.1\r\nhost: a.test:443\r\n\r\n", 405, "method-not-allowed"],
  [
    "a transfer coding besides chunked",
    "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    501,
    "not-implemented",
  ],
  [
    "a head of 16,000 short lines",
    `GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${"a:b\r\n".repeat(16_000)}\r\n`,
    431,
    "head-too-large",
  ],
  ["a zero byte in a header", "GET /hello HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n", 400, "bad-request"],
  [
    "a head of 40 KB",
    `GET /hello HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(40_000)}\r\n\r\n`,
    431,
    "head-too-large",
  ],
];

gatewayTest(
  "what is no HTTP gets its status, JSON, the end of the connection, and a record",
  {},
  async (test) => {
    for (const [what, text, status, code] of malformed) {
      const answer = await raw(test.url, text);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), what);
      assert.ok(answer.includes(`{"error":{"code":"${code}"`), `${what}: ${answer}`);
      assert.match(answer, /connection: close/i, what);
      const id = /x-request-id: (\w+)/.exec(answer)?.[1];
      const record = await test.record((each) => each.id === id);
      assert.deepEqual([record.status, record.failure?.code], [status, code], what);
    }
  },
);

gatewayTest("HTTP/1.0 without a Host is answered, and the connection closed", {}, async ({ url }) => {
  const answer = await raw(url, "GET /echo HTTP/1.0\r\n\r\n");
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, new RegExp(`x-origin: ${url}\r\n`));
});

gatewayTest(
  "an absolute target is taken apart, and its authority goes before the Host header",
  {},
  async ({ url }) => {
    const answer = await raw(
      url,
      "GET http://a.test:8/echo?x HTTP/1.1\r\nhost: b.test\r\nconnection: close\r\n\r\n",
    );
    assert.match(answer, /x-origin: http:\/\/a\.test:8\r\n/);
    assert.match(answer, /x-target: \/echo\?x\r\n/);
  },
);

gatewayTest("OPTIONS * asks the server itself, other methods of * find nothing", {}, async ({ url }) => {
  const all = (method: string) => raw(url, `${method} * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
  assert.match(await all("OPTIONS"), /^HTTP\/1\.1 204 .*\r\nallow: GET, HEAD, POST/is);
  assert.match(await all("GET"), /^HTTP\/1\.1 404 /);
});

gatewayTest("a Connection header that names content-length hides no body", {}, async ({ url }) => {
  const head =
    "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close, content-length\r\ncontent-length: 5\r\n\r\n";
  assert.match(await raw(url, `${head}hello`), /\r\n\r\nhello$/);
});

gatewayTest("requests in one piece are answered in order", {}, async ({ url }) => {
  const one = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n${more}\r\n`;
  const answer = await raw(url, one("/hello?1") + one("/nowhere") + one("/hello?2", "connection: close\r\n"));
  assert.deepEqual(
    [...answer.matchAll(/^GET .*|HTTP\/1\.1 \d+/gm)].map(([match]) => match),
    ["HTTP/1.1 200", "GET /hello?1", "HTTP/1.1 404", "HTTP/1.1 200", "GET /hello?2"],
  );
});

const GET = "GET /hello HTTP/1.1\r\nhost: a\r\n\r\n";

/** Statuses of the responses among these bytes. */
const statuses = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

gatewayTest(
  "what is no HTTP behind a request that is does not keep it from its answer",
  {},
  async ({ url }) => {
    assert.deepEqual(statuses(await raw(url, `${GET}hello?\r\n\r\n`)), [200, 400]);
    assert.deepEqual(statuses(await raw(url, `${GET}${GET}hello?\r\n\r\n`)), [200, 200, 400]);
    const last = GET.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    assert.deepEqual(statuses(await raw(url, `${last}${GET}`)), [200]);
  },
);

gatewayTest("a tunnel behind a request is refused behind its answer", {}, async ({ url }) => {
  const tunnel = "CONNECT a.test:443 HTTP/1.1\r\nhost: a.test:443\r\n\r\n";
  assert.deepEqual(statuses(await raw(url, `${GET}${tunnel}`)), [200, 405]);
});

gatewayTest(
  "a client that resets the connection behind a tunnel, or keeps it, harms nobody",
  {},
  async (test) => {
    const { hostname, port } = new URL(test.url);
    const tunnel = "CONNECT a.test:443 HTTP/1.1\r\nhost: a.test:443\r\n\r\n";
    const resetting = connect(Number(port), hostname, () => resetting.write(tunnel));
    resetting.on("error", () => {}).once("data", () => resetting.resetAndDestroy());
    await new Promise((resolve) => resetting.once("close", resolve));
    const keeping = connect({ port: Number(port), host: hostname, allowHalfOpen: true }, () =>
      keeping.write(tunnel),
    );
    keeping.on("error", () => {}).resume();
    // Its half stays open until the other side is gone altogether: then writing fails.
    const writing = setInterval(() => keeping.write("x"), 50);
    await new Promise((resolve) => keeping.once("close", resolve));
    clearInterval(writing);
    assert.equal((await ask(`${test.url}/hello`)).status, 200);
  },
);

gatewayTest("what is no HTTP on a connection that was answered before gets its 400", {}, async ({ url }) => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(GET));
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    answer += text;
    if (statuses(answer).length === 1 && answer.includes("GET /hello")) socket.write("hello?\r\n\r\n");
  });
  await once(socket, "close");
  assert.deepEqual(statuses(answer), [200, 400]);
});

gatewayTest(
  "a client that leaves while a request with a body waits behind another one: both are over",
  misdeeds({ wallTimeMs: 60_000 }),
  async (test, monitor) => {
    const { hostname, port } = new URL(test.url);
    const waiting = "GET /exchange-sleep HTTP/1.1\r\nhost: a\r\n\r\n";
    const behind = "POST /exchange-sleep HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\na";
    const socket = connect(Number(port), hostname, () => socket.write(waiting + behind));
    await until(() => monitor.vms.size === 2);
    socket.destroy();
    await test.over(2);
    assert.deepEqual(
      test.records.map(({ failure }) => failure?.code),
      ["client-gone", "client-gone"],
    );
    assert.equal(monitor.vms.size, 0);
  },
);

gatewayTest(
  "a guest that writes a body without end for HEAD is over once its head has left",
  misdeeds({ cpuTimeMs: 60_000, wallTimeMs: 60_000 }),
  async (test, monitor) => {
    const { status } = await ask(`${test.url}/exchange-endless`, { method: "HEAD" });
    assert.equal(status, 200);
    const { failure } = await test.record(() => true);
    assert.equal(failure, undefined);
    assert.equal(monitor.vms.size, 0);
  },
);

gatewayTest("a response to HEAD tells the length that GET has", {}, async ({ url }) => {
  const [get, head] = [await ask(`${url}/hello`), await ask(`${url}/hello`, { method: "HEAD" })];
  assert.equal(head.body.length, 0);
  assert.equal(Number(head.headers["content-length"]), get.body.length + "HEAD".length - "GET".length);
});

gatewayTest("two Host headers are refused, whatever they say", {}, async ({ url }) => {
  const answer = await raw(url, "GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n");
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.match(answer, /more than one Host header/);
});

gatewayTest("no header is lost among thousands: the body still arrives", {}, async ({ url }) => {
  const many = Array.from({ length: 3000 }, (_, i) => `a${i % 10}:b`).join("\r\n");
  const head = `POST /echo HTTP/1.1\r\nHost: a\r\n${many}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
  const answer = await raw(url, `${head}4\r\nbody\r\n0\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /\r\n\r\n(?:4\r\n)?body/);
});
