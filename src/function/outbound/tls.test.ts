// tls.test.ts: certificates are verified, whatever the environment says, and connections are pooled as without TLS.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { makeCertificate, outboundFor, send, serveHttps, textOf } from "./servers.fixture.js";

const skip =
  spawnSync("openssl", ["version"]).status === 0
    ? false
    : "openssl, which makes the certificate, is not here";
const certificate = skip === false ? makeCertificate("DNS:good.test,IP:127.0.0.1") : { key: "", cert: "" };
const loopback = {
  resolve: (
    _: string,
    __: object,
    done: (error: null, found: { address: string; family: number }[]) => void,
  ) => done(null, [{ address: "127.0.0.1", family: 4 }]),
};

test("a certificate that is trusted and names the host passes, by name and by address", {
  skip,
}, async (t) => {
  const server = await serveHttps(t, certificate, ({ headers }, response) =>
    response.end(headers["accept-encoding"]),
  );
  const name = `https://good.test:${server.port}`;
  const options = { origins: [name, server.origin], privateAddresses: ["127.0.0.1"] };
  const outbound = outboundFor(t, options, { ...loopback, ca: certificate.cert });
  for (let i = 0; i < 2; i += 1) assert.equal(await textOf(await send(outbound, name)), "br, gzip, deflate");
  assert.equal(server.accepted, 1);
  assert.equal(await textOf(await send(outbound, server.origin)), "br, gzip, deflate");
});

test("a certificate that nobody trusts, or of another host, fails with its reason", { skip }, async (t) => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  t.after(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });
  let served = 0;
  const server = await serveHttps(t, certificate, (_, response) => {
    served += 1;
    response.end();
  });
  const other = `https://other.test:${server.port}`;
  await assert.rejects(send(outboundFor(t, { origins: [server.origin] }), server.origin), {
    code: "OUTBOUND_FAILED",
    message: `fetch of ${server.origin}/: got DEPTH_ZERO_SELF_SIGNED_CERT, expected a response`,
  });
  const options = { origins: [other], privateAddresses: ["127.0.0.1"] };
  await assert.rejects(send(outboundFor(t, options, { ...loopback, ca: certificate.cert }), other), {
    code: "OUTBOUND_FAILED",
    message: `fetch of ${other}/: got ERR_TLS_CERT_ALTNAME_INVALID, expected a response`,
  });
  assert.equal(served, 0);
});

test("a slow reader slows a TLS server down, and gets all of it", { skip }, async (t) => {
  const bytes = Buffer.alloc(3_000_000, "0123456789");
  const server = await serveHttps(t, certificate, (_, response) =>
    response.setHeader("connection", "close").end(bytes),
  );
  const outbound = outboundFor(t, { origins: [server.origin] }, { ca: certificate.cert });
  const { body } = await send(outbound, server.origin);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) {
    pieces.push(piece);
    if (pieces.length % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.ok(Buffer.concat(pieces).equals(bytes));
});
