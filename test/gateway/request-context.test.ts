// request-context.test.ts: what a request is called, where it comes from, what it took; and who may ask after the gateway's health.
import assert from "node:assert/strict";
import { ask, begin, errorIn, finish } from "./support/client.js";
import { gatewayTest } from "./support/gateway.js";

gatewayTest("guest, client and log call a request the same; no two are called so", {}, async (test) => {
  const ids = new Set<unknown>();
  for (let i = 0; i < 20; i++) {
    const { headers } = await ask(`${test.url}/echo`, { headers: { "x-request-id": "the client's own" } });
    const id = headers["x-request-id"];
    assert.match(String(id), /^[0-9a-f]{16}$/);
    assert.equal(headers["x-echo-mayfly-request-id"], id);
    assert.equal(headers["x-echo-x-request-id"], "the client's own");
    ids.add(id);
  }
  const missing = await ask(`${test.url}/nowhere`);
  ids.add(missing.headers["x-request-id"]);
  assert.equal(errorIn(missing).code, "not-found");
  await test.over(21);
  assert.deepEqual(new Set(test.records.map(({ id }) => id)), ids);
  assert.equal(ids.size, 21);
});

gatewayTest(
  "the log tells what a client called itself and its request, cut, and what it got",
  {},
  async (test) => {
    const headers = { "user-agent": `curl/${"8".repeat(300)}`, "x-request-id": "from-the-balancer" };
    await ask(`${test.url}/echo`, { method: "POST", headers }, "12345");
    const { body } = await ask(`${test.url}/nowhere`);
    await ask(`${test.url}/nowhere`, { method: "HEAD" });
    await test.over(3);
    const [echo, missing, head] = [1, 2, 3].map((number) =>
      test.records.find(({ request }) => request === number),
    );
    const { host, protocol, userAgent, clientRequestId, responseBytes } = echo!;
    assert.deepEqual(
      { host, protocol, userAgent, clientRequestId, responseBytes },
      {
        host: new URL(test.url).host,
        protocol: "1.1",
        userAgent: headers["user-agent"].slice(0, 200),
        clientRequestId: "from-the-balancer",
        responseBytes: 5,
      },
    );
    assert.equal(missing!.responseBytes, body.length);
    assert.equal(head!.responseBytes, 0);
  },
);

const TRACE = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "a=1,b=2",
  baggage: "user=Zo%C3%AB,tier=free;ttl=5",
};

gatewayTest(
  "a trace's context reaches the guest and the log as it came, and none is made up",
  {},
  async (test) => {
    const { headers } = await ask(`${test.url}/echo`, { headers: TRACE });
    for (const [name, value] of Object.entries(TRACE)) assert.equal(headers[`x-echo-${name}`], value);
    const without = await ask(`${test.url}/echo`);
    assert.deepEqual(
      Object.keys(without.headers).filter((name) => /trace|baggage/.test(name)),
      [],
    );
    const broken = await ask(`${test.url}/echo`, { headers: { ...TRACE, traceparent: "00-0-0-0" } });
    assert.equal(broken.headers["x-echo-traceparent"], "00-0-0-0");
    await test.over(3);
    assert.deepEqual(
      new Map(test.records.map(({ request, trace }) => [request, trace])),
      new Map([
        [1, { traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: "b7ad6b7169203331" }],
        [2, undefined],
        [3, undefined],
      ]),
    );
  },
);

const FORWARDED = {
  "x-forwarded-for": "192.0.2.1, 198.51.100.7",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "shop.test",
};

gatewayTest("forwarded headers of anybody are left out", {}, async (test) => {
  const { headers } = await ask(`${test.url}/echo`, { headers: FORWARDED });
  assert.equal(headers["x-origin"], test.url);
  assert.equal(headers["x-echo-x-forwarded-for"], "127.0.0.1");
  for (const name of ["proto", "host"]) assert.equal(headers[`x-echo-x-forwarded-${name}`], undefined);
  await test.over(1);
  assert.equal(test.records[0]?.client, "127.0.0.1");
});

gatewayTest(
  "forwarded headers of a trusted proxy decide client and origin",
  { rest: { trustForwarded: ["127.0.0.0/8"] } },
  async (test) => {
    const { headers } = await ask(`${test.url}/echo`, { headers: FORWARDED });
    assert.equal(headers["x-origin"], "https://shop.test");
    assert.equal(headers["x-echo-host"], "shop.test");
    assert.equal(headers["x-echo-x-forwarded-for"], "198.51.100.7");
    await test.over(1);
    assert.equal(test.records[0]?.client, "198.51.100.7");
    const broken = await ask(`${test.url}/echo`, { headers: { ...FORWARDED, "x-forwarded-host": "a/b" } });
    assert.equal(broken.status, 400);
  },
);

gatewayTest(
  "responses tell what they took when asked to",
  { rest: { serverTiming: true } },
  async ({ url }) => {
    const { headers } = await ask(`${url}/hello`);
    assert.match(String(headers["server-timing"]), /^queue;dur=[\d.]+, start;dur=[\d.]+, run;dur=[\d.]+$/);
  },
);

gatewayTest(
  "the admin server says ready while requests are welcome, and lives until the last has ended",
  { rest: { admin: { port: 0 } } },
  async ({ gateway, url }) => {
    const admin = gateway.admin!.url!;
    assert.match(admin, /^http:\/\/127\.0\.0\.1:/);
    assert.equal((await ask(`${admin}/readyz`)).status, 200);
    const begun = await begin(`${url}/echo`, { method: "POST" });
    const closed = gateway.close(60_000);
    assert.equal((await ask(`${admin}/readyz`)).status, 503);
    assert.equal((await ask(`${admin}/healthz`)).status, 200);
    begun.request.end();
    await finish(begun);
    await closed;
    await assert.rejects(ask(`${admin}/healthz`), { code: "ECONNREFUSED" });
  },
);
