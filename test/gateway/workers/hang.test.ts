// hang.test.ts: workers that stand still are killed and replaced; those that are only busy, that load, or whose whole machine stood still are not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ask, errorIn } from "../support/client.js";
import { plan, supervisedTest } from "./supervised.js";
import { isThere, startSupervisor } from "./supervisor-process.js";

/** As short as it can be configured. */
const SHORT_MS = 1000;
/** Longer than a noisy host makes anybody wait who is to live. */
const LONG_MS = 4000;

supervisedTest(
  "a worker that is stopped is replaced, and the request that it had gets a 502",
  { ...plan({ word: "hello" }, 1), hangMs: SHORT_MS },
  async (test) => {
    const [pid] = test.supervisor.pids;
    const held = ask(`${test.url}/hold`);
    while ((await test.sum("held")) < 1);
    process.kill(pid!, "SIGSTOP");
    const answer = await held;
    assert.equal(answer.status, 502);
    assert.equal(errorIn(answer).code, "worker-died");
    const hung = await test.event("worker-hung");
    assert.equal(hung.pid, pid);
    assert.ok(hung.silentMs >= SHORT_MS, `${hung.silentMs} ms`);
    const { signal, lost } = await test.event("worker-died");
    assert.deepEqual({ signal, lost }, { signal: "SIGKILL", lost: 1 });
    await test.event("worker-ready", 2);
    assert.equal((await ask(test.url)).status, 200);
  },
);

supervisedTest(
  "a worker that loops for ever is replaced, and told of once",
  { ...plan({ word: "hello" }, 1), hangMs: SHORT_MS },
  async (test) => {
    const spinning = ask(`${test.url}/spin`);
    // Comes to a worker that will not look at it.
    const behind = test.event("worker-hung").then(() => ask(test.url));
    assert.equal((await spinning).status, 502);
    assert.match((await behind).body.toString(), /^hello/);
    assert.equal(test.events.filter(({ kind }) => kind === "worker-hung").length, 1);
  },
);

supervisedTest(
  "a worker that has long turns, one behind the other, is left alone",
  { ...plan({ word: "hello" }, 1), hangMs: LONG_MS },
  async (test) => {
    const pids = [...test.supervisor.pids];
    for (let turn = 0; turn < 10; turn++) assert.equal((await ask(`${test.url}/busy`)).status, 200);
    assert.deepEqual(test.supervisor.pids, pids);
  },
);

supervisedTest(
  "a worker that stands still while it loads is waited for",
  { ...plan({ word: "hello", load: "slow" }, 1), hangMs: SHORT_MS },
  async (test) => {
    assert.equal((await ask(test.url)).status, 200);
    assert.ok(test.events.every(({ kind }) => kind === "worker-ready"));
  },
);

test("workers that stood still together with their supervisor have a fresh period", {
  timeout: 60_000,
}, async () => {
  const { process: supervisor, pids } = await startSupervisor(LONG_MS);
  try {
    // Until each has been looked at.
    await pause(LONG_MS / 4);
    const all = [supervisor.pid!, ...pids];
    for (const pid of all) process.kill(pid, "SIGSTOP");
    await pause(1.5 * LONG_MS);
    process.kill(supervisor.pid!, "SIGCONT");
    // It looks at workers of which it has heard nothing for far too long.
    await pause(LONG_MS / 4);
    assert.ok(pids.every(isThere));
    for (const pid of pids) process.kill(pid, "SIGCONT");
    await pause(LONG_MS / 2);
    assert.ok(pids.every(isThere));
  } finally {
    supervisor.kill("SIGKILL");
  }
});
