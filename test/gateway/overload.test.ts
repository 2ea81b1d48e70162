// overload.test.ts: more requests than VMs: who waits, who is sent away, and clients that leave.
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { until } from "../support/until.js";
import { ask, begin, errorIn, finish } from "./support/client.js";
import { ECHO, gatewayTest, HELLO, misdeedImage, misdeeds, type TestGateway } from "./support/gateway.js";

/** A request whose VM has answered with a first piece and then waits for ever. */
const stall = (test: TestGateway) => begin(`${test.url}/exchange-stall`, {}, null);

gatewayTest(
  "without a place and a queue the answer is 503 with Retry-After",
  misdeeds({}, { vms: 1, queue: 0, queueMs: 5000 }),
  async (test) => {
    const stalled = await stall(test);
    assert.deepEqual(test.gateway.load, { vms: 1, waiting: 0 });
    const refused = await ask(`${test.url}/exchange-status/200`);
    const { code, reason } = errorIn(refused);
    assert.deepEqual([refused.status, code, reason], [503, "overload", "queue-full"]);
    assert.equal(refused.headers["retry-after"], "5");
    stalled.request.destroy();
    await test.over(2);
    assert.equal((await ask(`${test.url}/exchange-status/200`)).status, 200);
  },
);

gatewayTest(
  "who waits in the queue for too long gets a 503",
  misdeeds({}, { vms: 1, queue: 1, queueMs: 20 }),
  async (test) => {
    const stalled = await stall(test);
    const refused = await ask(`${test.url}/exchange-status/200`);
    assert.deepEqual([refused.status, errorIn(refused).reason], [503, "queue-time"]);
    assert.equal((await test.record(({ status }) => status === 503)).vm, undefined);
    stalled.request.destroy();
  },
);

gatewayTest(
  "one VM answers many clients, one after the other",
  { routes: [HELLO], concurrency: { vms: 1, queueMs: 60_000 } },
  async (test) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`${test.url}/hello`)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  },
);

gatewayTest(
  "guests that wait hold up nobody else",
  async () => {
    const { routes } = await misdeeds()();
    return { routes: [...routes!, HELLO] };
  },
  async (test) => {
    const stalled = await Promise.all(Array.from({ length: 10 }, () => stall(test)));
    assert.equal((await ask(`${test.url}/hello`)).status, 200);
    assert.equal(test.gateway.load.vms >= 10, true);
    for (const { request } of stalled) request.destroy();
    await test.over(11);
    assert.deepEqual(test.gateway.load, { vms: 0, waiting: 0 });
  },
);

gatewayTest("a client that goes away takes its VM with it", misdeeds(), async (test, monitor) => {
  const stalled = await stall(test);
  assert.equal(monitor.vms.size, 1);
  stalled.request.destroy();
  const { failure, vm } = await test.record(() => true);
  assert.deepEqual([failure?.code, vm], ["client-gone", 1]);
  assert.equal(monitor.vms.size, 0);
});

gatewayTest(
  "a client that goes away before the answer is a 499 in the log",
  misdeeds({}, { vms: 1, queueMs: 60_000 }),
  async (test, monitor) => {
    const stalled = await stall(test);
    const { hostname, port } = new URL(test.url);
    const waiting = request({ hostname, port, path: "/exchange-status/200", agent: false }).end();
    waiting.on("error", () => {});
    await until(() => test.gateway.load.waiting === 1);
    waiting.destroy();
    const { status, failure, vm } = await test.record(() => true);
    assert.deepEqual([status, failure?.code, vm], [499, "client-gone", undefined]);
    assert.equal(test.gateway.load.waiting, 0);
    stalled.request.destroy();
    await test.over(2);
    assert.equal(monitor.vms.size, 0);
  },
);

gatewayTest(
  "requests that a client sent at once are all over when it goes away",
  misdeeds(),
  async (test, monitor) => {
    const { hostname, port } = new URL(test.url);
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
    const socket = connect(Number(port), hostname);
    socket.write(get("/exchange-stall") + get("/exchange-stall") + get("/exchange-status/200"));
    await until(() => monitor.vms.size === 2 && test.records.length === 1);
    socket.destroy();
    await test.over(3);
    assert.equal(monitor.vms.size, 0);
    // It waits for nothing but them.
    await test.gateway.close(60_000);
  },
);

gatewayTest(
  "a client that stops sending and goes away frees the VM that waits for its body",
  async () => ({
    routes: [{ path: "/*", image: await misdeedImage() }],
  }),
  async (test, monitor) => {
    const begun = await begin(`${test.url}/exchange-stall`, {
      method: "POST",
      headers: { "content-length": 1_000_000 },
    });
    begun.request.write(Buffer.alloc(100_000));
    begun.request.destroy();
    const answer = await finish(begun);
    assert.equal(answer.isWhole, false);
    assert.equal((await test.record(() => true)).failure?.code, "client-gone");
    assert.equal(monitor.vms.size, 0);
  },
);

gatewayTest(
  "a client whose body comes too slowly for the guest's wall time is told that it was the client's doing",
  { routes: [{ ...ECHO, limits: { wallTimeMs: 500 } }] },
  async (test, monitor) => {
    const { hostname, port } = new URL(test.url);
    const head = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    const socket = connect(Number(port), hostname, () => socket.write(head));
    const { status, failure } = await test.record(() => true);
    // The echo's head may have left before: then the response breaks off.
    assert.deepEqual(
      [failure?.status, failure?.code, failure?.reason],
      [408, "request-timeout", "wall-time-limit"],
    );
    assert.ok(status === 408 || status === 200, `${status}`);
    assert.equal(monitor.vms.size, 0);
    socket.destroy();
  },
);

gatewayTest(
  "a client that does not read keeps its VM no longer than the VM's wall time, and its place neither",
  {
    routes: [{ ...ECHO, limits: { wallTimeMs: 2000, bodyBytes: 64 << 20 } }],
    concurrency: { vms: 1, queue: 4, queueMs: 60_000 },
  },
  async ({ url }, monitor) => {
    const slow = await begin(`${url}/echo`, { method: "POST" }, new Uint8Array(32 << 20));
    slow.response.pause();
    slow.response.on("error", () => {});
    slow.request.on("error", () => {});
    assert.equal((await ask(`${url}/echo`)).status, 200);
    await until(() => monitor.vms.size <= 1);
    slow.request.destroy();
  },
);
