// requests.test.ts: requests that are answered: each by a VM of its own, whole, and never by another's.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { Agent } from "node:http";
import { heldBufferBytes } from "../support/held-buffers.js";
import { until } from "../support/until.js";
import { ask, begin } from "./support/client.js";
import { ECHO, gatewayTest } from "./support/gateway.js";

gatewayTest("hello answers, with its length and the gateway's date", {}, async ({ url }) => {
  const { status, headers, body } = await ask(`${url}/hello?name=x`);
  assert.equal(status, 200);
  assert.equal(body.toString(), "Hello, world!\nGET /hello?name=x\n");
  assert.equal(headers["content-length"], String(body.length));
  assert.ok(Number.isFinite(Date.parse(headers.date ?? "")));
});

gatewayTest("100 requests in a row each get a new VM, and one log record", {}, async (test, monitor) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 100; i++) assert.equal((await ask(`${test.url}/hello`, { agent })).status, 200);
  agent.destroy();
  await test.over(100);
  assert.equal(new Set(test.records.map(({ vm }) => vm)).size, 100);
  assert.deepEqual(new Set(test.records.map(({ status }) => status)), new Set([200]));
  for (const { cost, failure, path, method } of test.records) {
    assert.deepEqual({ failure, path, method }, { failure: undefined, path: "/hello", method: "GET" });
    assert.deepEqual(Object.keys(cost!.steps), ["queue", "start", "run", "close"]);
    assert.ok(Object.values(cost!.steps).every((ms) => ms > 0));
  }
  assert.equal(monitor.vms.size, 0);
});

gatewayTest("50 bodies at once are never mixed", {}, async ({ url }) => {
  const bodies = Array.from({ length: 50 }, (_, i) => randomBytes(1000 * i));
  const answers = await Promise.all(bodies.map((body) => ask(`${url}/echo`, { method: "POST" }, body)));
  for (const [i, answer] of answers.entries()) assert.ok(answer.body.equals(bodies[i]!), `body ${i}`);
});

gatewayTest(
  "the guest is told method, origin, target and headers, but nothing of the connection",
  {},
  async (test) => {
    const headers = {
      host: "example.test:81",
      "x-a": "1",
      connection: "x-hop",
      "x-hop": "2",
      te: "trailers",
    };
    const answer = await ask(`${test.url}/echo?q=1`, { method: "PUT", headers }, "body");
    const echoed = Object.entries(answer.headers).filter(([name]) => /^x-(?!request-id)/.test(name));
    assert.deepEqual(Object.fromEntries(echoed), {
      "x-method": "PUT",
      "x-origin": "http://example.test:81",
      "x-target": "/echo?q=1",
      "x-echo-host": "example.test:81",
      "x-echo-x-a": "1",
      "x-echo-content-length": "4",
      "x-echo-x-forwarded-for": "127.0.0.1",
      "x-echo-mayfly-request-id": answer.headers["x-request-id"],
    });
    assert.equal(answer.body.toString(), "body");
  },
);

gatewayTest("HEAD reaches the guest, and no body comes back", {}, async ({ url }) => {
  const answer = await ask(`${url}/echo`, { method: "HEAD" });
  assert.equal(answer.headers["x-method"], "HEAD");
  assert.equal(answer.body.length, 0);
});

gatewayTest(
  "a body in chunks is echoed as it comes: the guest answers the first before there is a second",
  {},
  async ({ url }) => {
    const { request, response } = await begin(`${url}/echo`, { method: "POST" });
    const pieces = response[Symbol.asyncIterator]();
    for (const piece of ["first", "second", "third"]) {
      request.write(piece);
      assert.equal(String((await pieces.next()).value), piece);
    }
    request.end();
    assert.equal((await pieces.next()).done, true);
  },
);

const MIB = 1 << 20;

gatewayTest(
  "20 MB go through the guest and back in flat memory",
  { routes: [{ path: "/echo", image: ECHO.image, limits: { bodyBytes: 20e6 } }] },
  async ({ url }) => {
    const piece = randomBytes(20_000);
    const [sent, received] = [createHash("sha256"), createHash("sha256")];
    const { request, response } = await begin(`${url}/echo`, {
      method: "POST",
      headers: { "content-length": 20e6 },
    });
    const before = heldBufferBytes();
    let most = 0;
    const upload = (async () => {
      for (let i = 0; i < 1000; i++) {
        piece.writeUInt32LE(i);
        sent.update(piece);
        // A copy: the socket may hold the piece for longer than this turn.
        if (!request.write(Buffer.from(piece)))
          await new Promise((resolve) => request.once("drain", resolve));
        if (i % 50 === 0) most = Math.max(most, heldBufferBytes() - before);
      }
      request.end();
    })();
    for await (const part of response) received.update(part as Buffer);
    await upload;
    assert.equal(received.digest("hex"), sent.digest("hex"));
    assert.ok(most < 8 * MIB, `got ${most} bytes held, expected less than 8 MiB`);
  },
);

gatewayTest("300 requests leave no file descriptor behind", {}, async (test) => {
  const whatIs = (descriptor: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return ""; // that of the listing itself
    }
  };
  // The memory of guests that are gone is kept for the next: how much of it depends on how late they are reaped.
  const descriptors = (): number =>
    readdirSync("/proc/self/fd")
      .map(whatIs)
      .filter((what) => what !== "" && !what.startsWith("/memfd:mayfly-guest")).length;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const requests = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await ask(`${test.url}/hello`, { agent });
  };
  await requests(20);
  await test.over(20);
  const before = descriptors();
  await requests(300);
  await test.over(320);
  await until(() => descriptors() <= before);
  agent.destroy();
});
