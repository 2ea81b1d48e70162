// request-head.test.ts: what a guest may say at the head of a request.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutboundRequest } from "../../device/outbound-client.js";
import { MayflyError } from "../../errors.js";
import { checkRequest } from "./request-head.js";

const request = (parts: Partial<OutboundRequest>): OutboundRequest => ({
  method: "GET",
  url: "https://api.example.com/",
  headers: [],
  redirect: "follow",
  ...parts,
});

test("the usual methods are normalized, others stay as they are", () => {
  assert.equal(checkRequest(request({ method: "post" })).method, "POST");
  assert.equal(checkRequest(request({ method: "patch" })).method, "patch");
  assert.equal(checkRequest(request({ method: "PROPFIND" })).method, "PROPFIND");
});

test("headers that are the host's are left out, all others pass", () => {
  const own = [
    "Host",
    "connection",
    "Content-Length",
    "transfer-encoding",
    "Keep-Alive",
    "upgrade",
    "TE",
    "trailer",
    "expect",
    "http2-settings",
    "proxy-authorization",
    "Proxy-Connection",
    "sec-websocket-key",
    "Sec-Fetch-Site",
  ];
  const { headers } = checkRequest(
    request({
      headers: [
        ...own.map((name): [string, string] => [name, "x"]),
        ["X-One", " 1\t"],
        ["cookie", "a=b"],
        ["x-one", "2\xff"],
      ],
    }),
  );
  assert.deepEqual(headers, [
    ["x-one", "1"],
    ["cookie", "a=b"],
    ["x-one", "2\xff"],
  ]);
});

const REFUSED: [string, Partial<OutboundRequest>][] = [
  ["CONNECT", { method: "CONNECT" }],
  ["TRACE", { method: "trace" }],
  ["TRACK", { method: "Track" }],
  ["a method with a line break", { method: "GET / HTTP/1.1\r\nX: y" }],
  ["an empty method", { method: "" }],
  ["a header name with a space", { headers: [["x y", "1"]] }],
  ["an empty header name", { headers: [["", "1"]] }],
  ["a header name with a line break", { headers: [["x\r\ny", "1"]] }],
  ["a header value with a line break", { headers: [["x", "1\r\ny: 2"]] }],
  ["a header value with a zero byte", { headers: [["x", "1\0"]] }],
  ["a header value beyond bytes", { headers: [["x", "\u0100"]] }],
  ["a lone line feed inside a value", { headers: [["x", "a\nb"]] }],
  [
    "too many headers",
    { headers: Array.from({ length: 5000 }, (_, i) => [`x-${i}`, "0123456789"] as const) },
  ],
  ["a body with GET", { body: new Uint8Array(1) }],
  ["a user name in the URL", { url: "https://name@api.example.com/" }],
  ["a password in the URL", { url: "https://:secret@api.example.com/" }],
  ["a file", { url: "file:///etc/passwd" }],
  ["a data URL", { url: "data:text/plain,x" }],
  ["a URL without a base", { url: "/path" }],
  ["a very long URL", { url: `https://api.example.com/${"x".repeat(20_000)}` }],
  ["a URL that grows too long", { url: `https://api.example.com/${"\u00e4".repeat(6000)}` }],
];
for (const [what, parts] of REFUSED) {
  test(`${what} is refused, and the message has no secrets`, () => {
    assert.throws(
      () => checkRequest(request(parts)),
      (error) =>
        error instanceof MayflyError &&
        error.code === "OUTBOUND_REFUSED" &&
        !/secret|[\r\n\0]/.test(error.message) &&
        error.message.length < 500,
    );
  });
}

test("a message has no query", () => {
  assert.throws(() => checkRequest(request({ url: "https://a.test/p?token=secret#f", method: "TRACE" })), {
    message: 'fetch of https://a.test/p: got the method "TRACE", expected one that fetch may send',
  });
});

test("another scheme is refused, and its URL is told as it was given", () => {
  for (const [url, scheme] of [
    ["data:,x", "data:"],
    ["file:///etc/hosts", "file:"],
    ["ftp://example.com/a", "ftp:"],
  ] as const)
    assert.throws(() => checkRequest(request({ url })), {
      code: "OUTBOUND_REFUSED",
      message: `fetch of ${url}: got the scheme ${scheme}, expected http: or https:`,
    });
});
