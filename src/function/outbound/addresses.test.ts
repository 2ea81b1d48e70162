// addresses.test.ts: no spelling, name, redirect or change of mind of a name server leads to a private address.
import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { test } from "node:test";
import fc from "fast-check";
import { guardAddresses } from "./address-guard.js";
import type { ResolveName } from "./look-up.js";
import { outboundFor, send, serveHttp, textOf } from "./servers.fixture.js";

const REFUSED = { code: "OUTBOUND_REFUSED" };
const v4 = (address: string): LookupAddress => ({ address, family: 4 });

/** A name server with an answer for each look-up; the last one stays. */
function names(...answers: LookupAddress[][]): ResolveName & { asked: number } {
  const resolve = (...[, , done]: Parameters<ResolveName>): void => {
    const answer = answers[Math.min(resolve.asked, answers.length - 1)]!;
    resolve.asked += 1;
    setImmediate(() => done(null, answer));
  };
  resolve.asked = 0;
  return resolve;
}

test("nothing is allowed unless an origin is named", async (t) => {
  const outbound = outboundFor(t, {});
  await assert.rejects(send(outbound, "https://example.com/"), {
    ...REFUSED,
    message:
      "fetch of https://example.com/: got the origin https://example.com, expected none: outbound.origins is empty",
    mend: "list https://example.com in outbound.origins",
  });
  const some = outboundFor(t, { origins: ["https://api.example.com"] });
  await assert.rejects(
    send(some, "https://example.com/"),
    /expected one of outbound.origins \(https:\/\/api.example.com\)$/,
  );
});

test("a private address is refused with its name in the message", async (t) => {
  const outbound = outboundFor(t, { origins: ["*"] });
  await assert.rejects(send(outbound, "http://10.0.0.1/?secret"), {
    ...REFUSED,
    message:
      "fetch of http://10.0.0.1/: got a private address 10.0.0.1, expected a public one or one of outbound.privateAddresses",
  });
});

test("no spelling of a private address passes", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("reached"));
  const outbound = outboundFor(t, { origins: ["*"] });
  const numbers = fc.oneof(
    fc.constantFrom(
      "127.0.0.1",
      "127.1.2.3",
      "0.0.0.0",
      "10.1.2.3",
      "172.20.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
    ),
    fc
      .integer({ min: 0, max: 0xff_ffff })
      .map((low) => [127, low >> 16, (low >> 8) & 255, low & 255].join(".")),
  );
  const spelled = fc.tuple(numbers, fc.nat(12), fc.boolean()).map(([address, form, upper]) => {
    const text = spell(address, form);
    return upper ? text.toUpperCase() : text;
  });
  await fc.assert(
    fc.asyncProperty(spelled, async (host) => {
      await assert.rejects(send(outbound, `http://${host}:${server.port}/`), REFUSED, host);
    }),
  );
  assert.equal(server.accepted, 0);
});

function spell(address: string, form: number): string {
  const [a, b, c, d] = address.split(".").map(Number) as [number, number, number, number];
  const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const high = ((a << 8) | b).toString(16);
  const low = ((c << 8) | d).toString(16);
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${whole.toString(16)}`,
    `0${whole.toString(8)}`,
    `0x${a.toString(16)}.0${b.toString(8)}.${(c << 8) | d}`,
    `${a}.${(b << 16) | (c << 8) | d}`,
    `0${a.toString(8)}.0x${b.toString(16)}.${c}.0${d.toString(8)}`,
    `%3${address[0]}${address.slice(1)}`,
    `[::ffff:${address}]`,
    `[0:0:0:0:0:FFFF:${high}:${low}]`,
    `[64:ff9b::${high}:${low}]`,
    `[2002:${high}:${low}::1]`,
  ][form]!;
}

test("a name that leads to a private address is refused, and the address is not told", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("reached"));
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1%lo"]) {
    const resolve = names([{ address, family: address.includes(":") ? 6 : 4 }]);
    const outbound = outboundFor(t, { origins: ["*", "http://*.example.test"] }, { resolve });
    await assert.rejects(send(outbound, `http://a.example.test:${server.port}/`), {
      ...REFUSED,
      message: `fetch of http://a.example.test:${server.port}/: got a name with a private address, expected a public one or one of outbound.privateAddresses`,
    });
    assert.equal(resolve.asked, 1);
  }
  assert.equal(server.accepted, 0);
});

test("of several addresses only those allowed are connected to", async (t) => {
  const server = await serveHttp(t, ({ socket }, response) => response.end(socket.localAddress));
  const resolve = names([v4("127.0.0.3"), v4("127.0.0.2"), { address: "::1", family: 6 }]);
  const outbound = outboundFor(t, { origins: ["*"], privateAddresses: ["127.0.0.2"] }, { resolve });
  assert.equal(await textOf(await send(outbound, `http://name.test:${server.port}/`)), "127.0.0.2");
  assert.equal(server.accepted, 1);
});

test("a name is judged by the look-up that the socket uses: rebinding does not help", async (t) => {
  const server = await serveHttp(t, ({ socket }, response) => {
    response.setHeader("connection", "close").end(socket.localAddress);
  });
  const resolve = names([v4("127.0.0.2")], [v4("127.0.0.1")]);
  const outbound = outboundFor(t, { origins: ["*"], privateAddresses: ["127.0.0.2"] }, { resolve });
  const url = `http://name.test:${server.port}/`;
  assert.equal(await textOf(await send(outbound, url)), "127.0.0.2");
  // One look-up for one socket: no answer is left to be exchanged.
  assert.equal(resolve.asked, 1);
  await assert.rejects(send(outbound, url), REFUSED);
  assert.equal(server.accepted, 1);
});

test("a redirect is a request like any other: to a private address, or to no allowed origin, it is refused", async (t) => {
  const inner = await serveHttp(t, (_, response) => response.end("reached"));
  const server = await serveHttp(t, ({ url }, response) => {
    response.writeHead(302, { location: decodeURIComponent(url!.slice(1)) }).end();
  });
  const outbound = outboundFor(t, { origins: ["*", server.origin] });
  for (const to of [
    inner.origin,
    `http://localhost:${inner.port}`,
    `http://0:${inner.port}`,
    `//[::1]:${inner.port}/`,
  ])
    await assert.rejects(send(outbound, `${server.origin}/${encodeURIComponent(to)}`), REFUSED, to);
  const strict = outboundFor(t, { origins: [server.origin] });
  await assert.rejects(
    send(strict, `${server.origin}/${encodeURIComponent("https://example.com/")}`),
    REFUSED,
  );
  assert.equal(inner.accepted, 0);
  assert.equal(outbound.connections.busy, 0);
});

test("an origin that is a private address allows just that, and localhost is loopback", async (t) => {
  const server = await serveHttp(t, ({ socket }, response) => response.end(socket.localAddress));
  const literal = outboundFor(t, { origins: ["*", `http://127.0.0.2:${server.port}`] });
  assert.equal(await textOf(await send(literal, `http://127.0.0.2:${server.port}/`)), "127.0.0.2");
  await assert.rejects(send(literal, `http://127.0.0.1:${server.port}/`), REFUSED);
  const origins = [`http://localhost:${server.port}`];
  const local = outboundFor(t, { origins }, { resolve: names([v4("127.0.0.1")]) });
  assert.equal(await textOf(await send(local, origins[0]!)), "127.0.0.1");
  const elsewhere = outboundFor(t, { origins }, { resolve: names([v4("127.0.0.2")]) });
  await assert.rejects(send(elsewhere, origins[0]!), REFUSED);
});

test("privateAddresses opens a range for names and addresses", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("ok"));
  const outbound = outboundFor(t, { origins: ["*"], privateAddresses: ["127.0.0.0/30"] });
  assert.equal(await textOf(await send(outbound, `http://127.0.0.3:${server.port}/`)), "ok");
  await assert.rejects(send(outbound, `http://127.0.0.4:${server.port}/`), REFUSED);
});

test("the host's own public addresses are private", () => {
  const guard = guardAddresses([], () => ["2606:4700::1111", "1.1.1.1"]);
  assert.ok(guard("8.8.8.8"));
  assert.ok(!guard("1.1.1.1"));
  assert.ok(!guard("::ffff:1.1.1.1"));
  assert.ok(!guard("2606:4700:0::1111"));
  assert.ok(!guard(""));
});

test("environment variables for proxies change nothing", async (t) => {
  const proxy = await serveHttp(t, (_, response) => response.end("proxy"));
  const server = await serveHttp(t, (_, response) => response.end("server"));
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) process.env[name] = proxy.origin;
  assert.equal(
    await textOf(await send(outboundFor(t, { origins: [server.origin] }), server.origin)),
    "server",
  );
  assert.equal(proxy.accepted, 0);
});
