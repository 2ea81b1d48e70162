// drain.test.ts: a gateway that closes: requests under way end, new ones are turned away, patience has an end.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { until } from "../support/until.js";
import { ask, begin, errorIn, finish } from "./support/client.js";
import { gatewayTest, misdeeds } from "./support/gateway.js";

gatewayTest(
  "closing lets a request under way end, and takes no new connection",
  {},
  async (test, monitor) => {
    const begun = await begin(`${test.url}/echo`, { method: "POST" });
    const closed = test.gateway.close(60_000);
    await assert.rejects(ask(`${test.url}/hello`), { code: "ECONNREFUSED" });
    begun.request.end("the last words");
    const answer = await finish(begun);
    assert.deepEqual([answer.body.toString(), answer.isWhole], ["the last words", true]);
    await closed;
    assert.equal(monitor.vms.size, 0);
    assert.equal(test.records[0]?.failure, undefined);
  },
);

gatewayTest("a large response that its client has hardly begun to read is not cut off", {}, async (test) => {
  const body = Buffer.alloc(12_000_000, "x");
  const begun = await begin(`${test.url}/echo`, { method: "POST" }, body);
  const closed = test.gateway.close(60_000);
  const answer = await finish(begun);
  assert.deepEqual([answer.body.length, answer.isWhole], [body.length, true]);
  await closed;
});

gatewayTest(
  "a request on an open connection is answered while the gateway closes, and is that connection's last",
  misdeeds(),
  async (test) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(`${test.url}/exchange-status/200`, { agent });
    const stalled = await begin(`${test.url}/exchange-stall`, {}, null);
    const closed = test.gateway.close(60_000);
    const last = await ask(`${test.url}/exchange-status/200`, { agent });
    assert.deepEqual([last.status, last.headers.connection], [200, "close"]);
    agent.destroy();
    stalled.request.destroy();
    await closed;
  },
);

gatewayTest(
  "whoever waits for a VM is sent away when the time to close is over, and may come again",
  misdeeds({}, { vms: 1, queueMs: 60_000 }),
  async (test) => {
    const stalled = await begin(`${test.url}/exchange-stall`, {}, null);
    const waiting = ask(`${test.url}/exchange-status/200`);
    await until(() => test.gateway.load.waiting === 1);
    const closed = test.gateway.close(60_000);
    await test.gateway.close(1);
    const refused = await waiting;
    assert.deepEqual([refused.status, errorIn(refused).code], [503, "shutting-down"]);
    assert.deepEqual([refused.headers.connection, refused.headers["retry-after"]], ["close", "1"]);
    stalled.request.destroy();
    await closed;
    assert.equal(test.gateway.brokenOff, 2);
  },
);

gatewayTest(
  "requests that do not end are broken off when the time is over, or at once if asked to",
  misdeeds(),
  async (test, monitor) => {
    const stalled = [
      await begin(`${test.url}/exchange-stall`, {}, null),
      await begin(`${test.url}/exchange-stall`, {}, null),
    ];
    const answers = stalled.map(finish);
    const closed = test.gateway.close(60_000);
    await test.gateway.close(1);
    await closed;
    for (const answer of answers) assert.equal((await answer).isWhole, false);
    assert.equal(monitor.vms.size, 0);
    // The clients did not leave.
    assert.equal(test.gateway.brokenOff, 2);
    for (const { status, failure } of test.records)
      assert.deepEqual([status, failure?.code], [200, "broken-off"]);
  },
);

gatewayTest(
  "a request that was not answered when the time is over is told so: it may have been carried out",
  misdeeds(),
  async (test) => {
    const stalled = ask(`${test.url}/exchange-sleep`);
    await until(() => test.gateway.load.vms === 1);
    const closed = test.gateway.close(1);
    const answer = await stalled;
    assert.deepEqual([answer.status, errorIn(answer).code, answer.isWhole], [502, "broken-off", true]);
    await closed;
    assert.deepEqual(
      test.records.map(({ status, failure }) => [status, failure?.code]),
      [[502, "broken-off"]],
    );
  },
);

gatewayTest("closing an idle gateway ends its idle connections", {}, async (test) => {
  const agent = new Agent({ keepAlive: true });
  await ask(`${test.url}/hello`, { agent });
  await test.gateway.close(60_000);
  agent.destroy();
});
