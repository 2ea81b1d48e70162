// redirect.test.ts: what a redirect makes of a request.
import assert from "node:assert/strict";
import { test } from "node:test";
import { redirected } from "./redirect.js";
import type { Hop } from "./request-head.js";

const BODY = new Uint8Array(3);
const hop = (method: string, body: Hop["body"] = undefined): Hop => ({
  method,
  url: new URL("https://a.test/one"),
  headers: [
    ["authorization", "secret"],
    ["cookie", "a=b"],
    ["content-type", "text/plain"],
    ["x-kept", "1"],
  ],
  body,
});
const answer = (status: number, location?: string) => ({
  status,
  headers: location === undefined ? [] : [["location", location] as const],
});
const follow = { mode: "follow", followed: 0 } as const;

for (const [status, method, then] of [
  [301, "POST", "GET"],
  [302, "POST", "GET"],
  [303, "POST", "GET"],
  [303, "PUT", "GET"],
  [301, "PUT", "PUT"],
  [302, "DELETE", "DELETE"],
  [303, "HEAD", "HEAD"],
  [307, "POST", "POST"],
  [308, "PUT", "PUT"],
] as const) {
  test(`${status} makes ${then} of ${method}`, () => {
    const next = redirected(
      hop(method, method === "HEAD" ? undefined : BODY),
      answer(status, "two?x"),
      follow,
    )!;
    assert.equal(next.method, then);
    assert.equal(next.url.href, "https://a.test/two?x");
    assert.equal(next.body, method === then && method !== "HEAD" ? BODY : undefined);
    const names = next.headers.map(([name]) => name);
    assert.equal(names.includes("content-type"), method === then);
    assert.ok(names.includes("authorization") && names.includes("cookie") && names.includes("x-kept"));
  });
}

for (const to of ["http://a.test/", "https://b.test/", "https://a.test:8443/", "//b.test/"]) {
  test(`a redirect to ${to} takes no credentials along`, () => {
    const next = redirected(hop("GET"), answer(302, to), follow)!;
    assert.deepEqual(
      next.headers.map(([name]) => name),
      ["content-type", "x-kept"],
    );
  });
}

test("what is no redirect, has no location or is to be left alone is the answer", () => {
  assert.equal(redirected(hop("GET"), answer(200, "/x"), follow), undefined);
  assert.equal(redirected(hop("GET"), answer(304, "/x"), follow), undefined);
  assert.equal(redirected(hop("GET"), answer(302), follow), undefined);
  assert.equal(redirected(hop("GET"), answer(302, "/x"), { mode: "manual", followed: 0 }), undefined);
});

test("redirects that cannot be followed fail", () => {
  const code = (value: string) => ({ code: value });
  async function* stream(): AsyncGenerator<Uint8Array> {}
  assert.throws(
    () => redirected(hop("GET"), answer(302, "/x"), { mode: "error", followed: 0 }),
    code("OUTBOUND_FAILED"),
  );
  assert.throws(
    () => redirected(hop("GET"), answer(302, "/x"), { mode: "follow", followed: 20 }),
    code("OUTBOUND_FAILED"),
  );
  assert.throws(() => redirected(hop("POST", stream()), answer(307, "/x"), follow), code("OUTBOUND_FAILED"));
  assert.throws(() => redirected(hop("POST", stream()), answer(302, "/x"), follow), code("OUTBOUND_FAILED"));
  assert.equal(redirected(hop("POST", stream()), answer(303, "/x"), follow)?.method, "GET");
  for (const location of ["file:///etc/passwd", "javascript:0", "http://", "https://u:p@b.test/"])
    assert.throws(
      () => redirected(hop("GET"), answer(302, location), follow),
      code("OUTBOUND_REFUSED"),
      location,
    );
});

test("a location's bytes are UTF-8", () => {
  const location = Buffer.from("/\u00e4").toString("latin1");
  assert.equal(redirected(hop("GET"), answer(302, location), follow)?.url.href, "https://a.test/%C3%A4");
});
