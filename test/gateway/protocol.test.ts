// protocol.test.ts: bytes that are no proper HTTP, and old or odd HTTP that is.
import assert from "node:assert/strict";
import { raw } from "./support/client.js";
import { gatewayTest } from "./support/gateway.js";

const malformed: [what: string, text: string, status: number, code: string][] = [
  ["no HTTP at all", "hello?\r\n\r\n", 400, "bad-request"],
  ["no Host", "GET /hello HTTP/1.1\r\n\r\n", 400, ""],
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
  ["a zero byte in a header", "GET /hello HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n", 400, "bad-request"],
  [
    "a head of 40 KB",
    `GET /hello HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(40_000)}\r\n\r\n`,
    431,
    "head-too-large",
  ],
];

gatewayTest("what is no HTTP gets its status, JSON, and the end of the connection", {}, async ({ url }) => {
  for (const [what, text, status, code] of malformed) {
    const answer = await raw(url, text);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), what);
    if (code !== "") assert.ok(answer.includes(`{"error":{"code":"${code}"`), `${what}: ${answer}`);
    assert.match(answer, /connection: close/i, what);
  }
});

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
