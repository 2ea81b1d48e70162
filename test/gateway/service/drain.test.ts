// drain.test.ts: how a service ends: what clients see of it, balancers, and the log.
import assert from "node:assert/strict";
import { Agent } from "node:https";
import { until } from "../../support/until.js";
import { ask, errorIn } from "../support/client.js";
import { askSecurely } from "../support/https-client.js";
import { noTls, tlsFiles } from "../support/tls.js";
import { configOf, saying, serviceTest } from "./running-service.js";

/** Answers after so many ms. */
const waiting = (ms: number): string =>
  `export default { async fetch() { await new Promise((done) => setTimeout(done, ${ms})); return new Response("late"); } };\n`;

serviceTest(
  "a request under way at the end is answered, and its response says that it is the connection's last",
  { "hello.ts": waiting(3000), "mayfly.json": configOf({ workers: 1, drainTime: "60s" }) },
  async ({ service }) => {
    const answer = ask(service.url);
    await until(() => service.busyConnections === 1);
    const closed = service.close();
    const { status, headers, body } = await answer;
    assert.deepEqual([status, headers.connection, body.toString()], [200, "close", "late"]);
    await closed;
  },
);

serviceTest(
  "what has not ended by the end is broken off: its client, the log and an event say so, and blame nobody who did not leave",
  {
    "hello.ts": waiting(60_000),
    "mayfly.json": configOf({ workers: 1, drainTime: "200ms", defaults: { limits: { wallTime: "2m" } } }),
  },
  async (running) => {
    const answer = ask(running.service.url);
    await until(() => running.service.busyConnections === 1);
    await running.service.close();
    const { status, headers, body, isWhole } = await answer;
    assert.deepEqual([status, headers.connection, isWhole], [502, "close", true]);
    assert.equal(errorIn({ status, headers, body, isWhole }).code, "broken-off");
    assert.equal((await running.event("broken-off")).requests, 1);
    await running.logged(/^502 GET .*\n {2}broken-off: /m);
  },
);

serviceTest(
  "with a delay, who asks whether it is ready hears of the end before requests are turned away",
  { "hello.ts": saying("hello"), "mayfly.json": configOf({ admin: { port: 0 }, drainDelay: "10m" }) },
  async (running) => {
    const { service } = running;
    assert.equal(await running.admin("/readyz"), "ready\n");
    const closed = service.close();
    while ((await running.admin("/readyz")) !== "not ready\n");
    assert.equal(await running.admin("/healthz"), "ok\n");
    assert.equal(await running.text("/"), "hello 1");
    // Who is in a hurry does not wait.
    await service.close(1000);
    await closed;
    await assert.rejects(ask(service.url), { code: "ECONNREFUSED" });
  },
);

if (noTls === false)
  serviceTest(
    "behind TLS, clients that keep their connections notice nothing of reloads but that some connections end",
    { "hello.ts": saying("hello"), "mayfly.json": configOf({ workers: 1, listen: { tls: tlsFiles() } }) },
    async ({ service }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });
      let isOver = false;
      const client = async (): Promise<string[]> => {
        const answers: string[] = [];
        while (!isOver) {
          const { status, body } = await askSecurely(service.url, agent);
          answers.push(`${status} ${body}`);
        }
        return answers;
      };
      const clients = Promise.all(Array.from({ length: 4 }, client));
      for (let i = 0; i < 3; i++) await service.reload();
      isOver = true;
      assert.deepEqual(new Set((await clients).flat()), new Set(["200 hello 1"]));
      agent.destroy();
    },
  );
