// supervision.test.ts: starting, restarting with patience, questions, secrets, signals, the end.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { describeEvent } from "../../../src/gateway/workers/supervisor-event.js";
import { ask, raw } from "../support/client.js";
import { plan, Supervised, supervisedTest } from "./supervised.js";
import { isThere, startSupervisor } from "./supervisor-process.js";

test("what a worker's body throws is what the start throws, with code and mend", async () => {
  await assert.rejects(Supervised.start(plan({ word: "x", load: "throw" })), {
    name: "MayflyError",
    code: "CONFIG_INVALID",
    message: "tiny: got nothing, expected something",
    mend: "mend it",
  });
});

test("a worker that ends while it loads fails the start with how it ended", async () => {
  await assert.rejects(
    Supervised.start(plan({ word: "x", load: "exit" })),
    /before it was ready \(exit status 9\)/,
  );
});

supervisedTest("every worker is asked, and answers", plan({ word: "x" }), async ({ supervisor }) => {
  const answers = await supervisor.ask("metrics");
  assert.deepEqual(
    answers.map(({ pid }) => pid),
    supervisor.pids,
  );
  for (const { answer } of answers) assert.equal((answer as { question: string }).question, "metrics");
});

supervisedTest(
  "a worker that stands still keeps nobody from the answers of the others",
  plan({ word: "x" }),
  async ({ supervisor }) => {
    const [stopped, other] = supervisor.pids;
    process.kill(stopped!, "SIGSTOP");
    try {
      const answers = await supervisor.ask("metrics", 1000);
      assert.deepEqual(
        answers.map(({ pid }) => pid),
        [other],
      );
    } finally {
      process.kill(stopped!, "SIGCONT");
    }
    assert.equal((await supervisor.ask("metrics")).length, 2);
  },
);

supervisedTest(
  "a worker that has answered and ends before the others have is not among the answers",
  plan({ word: "x" }),
  async (test) => {
    const [first, second] = test.supervisor.pids as [number, number];
    process.kill(second, "SIGSTOP");
    const answers = test.supervisor.ask("state");
    // It gets the connection behind the question.
    assert.match((await ask(test.url)).body.toString(), new RegExp(` ${first}$`));
    process.kill(first, "SIGKILL");
    await test.event("worker-died");
    process.kill(second, "SIGCONT");
    assert.deepEqual(
      (await answers).map(({ pid }) => pid),
      [second],
    );
  },
);

supervisedTest(
  "a secret is in no argument and no variable of a worker",
  plan({ word: "x", secret: "hush-4711" }),
  async ({ supervisor }) => {
    for (const { pid, answer } of await supervisor.ask("state")) {
      const { seesSecret, secretLength } = answer as { seesSecret: boolean; secretLength: number };
      assert.equal(secretLength, 9);
      assert.equal(seesSecret, false);
      for (const file of ["cmdline", "environ"])
        assert.ok(!readFileSync(`/proc/${pid}/${file}`, "latin1").includes("hush"));
    }
  },
);

test("a worker that dies whenever it starts is started later and later", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-workers-"));
  const loadFrom = join(folder, "load");
  writeFileSync(loadFrom, "");
  const test = await Supervised.start(plan({ word: "x", loadFrom }, 1));
  try {
    writeFileSync(loadFrom, "exit");
    process.kill(test.supervisor.pids[0]!, "SIGKILL");
    await test.event("worker-died", 3);
    const waits = test.events.flatMap((event) => (event.kind === "worker-died" ? [event.restartMs] : []));
    assert.deepEqual(waits, [0, 250, 500]);
    writeFileSync(loadFrom, "");
    await test.event("worker-ready", 2);
    assert.equal((await ask(test.url)).status, 200);
  } finally {
    await test.supervisor.close(0);
    rmSync(folder, { recursive: true });
  }
});

supervisedTest(
  "signals of the terminal do not end a worker",
  plan({ word: "x" }, 1),
  async ({ supervisor, url }) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(supervisor.pids[0]!, signal);
    const { body } = await ask(url);
    assert.equal(body.toString(), `x ${supervisor.pids[0]}`);
  },
);

supervisedTest(
  "closing lets requests under way end, and closes idle connections at once",
  plan({ word: "x" }, 1),
  async (test) => {
    const held = ask(`${test.url}/hold`);
    while ((await test.sum("held")) < 1);
    const idle = new Agent({ keepAlive: true });
    await ask(test.url, { agent: idle });
    const [socket] = Object.values(idle.freeSockets)[0]!;
    const gone = once(socket!, "close");
    // The worker has read a part of its head: it is under way, too.
    const { hostname, port } = new URL(test.url);
    const release = connect(Number(port), hostname);
    release.write("GET /release HTTP/1.1\r\n");
    while ((await test.sum("connections")) < 3);
    const { pids } = test.supervisor;
    const closed = test.supervisor.close();
    await gone;
    release.end("host: x\r\nconnection: close\r\n\r\n");
    assert.equal((await held).body.toString(), "x");
    await closed;
    assert.throws(() => process.kill(pids[0]!, 0), { code: "ESRCH" });
    await assert.rejects(ask(test.url), { code: "ECONNREFUSED" });
  },
);

supervisedTest(
  "a slow head is cut off in a worker, too",
  plan({ word: "x", headMs: 1000 }, 1),
  async ({ url }) => {
    assert.match(await raw(url, "GET / HTTP/1.1\r\nhost: "), /^HTTP\/1\.1 408/);
  },
);

test("workers end when their supervisor is killed", { timeout: 60_000 }, async () => {
  const { process: supervisor, pids } = await startSupervisor();
  supervisor.kill("SIGKILL");
  while (pids.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("events are told in one line", () => {
  const died = {
    kind: "worker-died",
    worker: 1,
    pid: 7,
    status: null,
    signal: "SIGSEGV",
    lost: 2,
    restartMs: 250,
  } as const;
  assert.equal(
    describeEvent(died),
    "worker 1 (process 7) died: SIGSEGV, 2 requests lost; another starts in 250 ms",
  );
  const hung = { kind: "worker-hung", worker: 1, pid: 7, silentMs: 10_250 } as const;
  assert.equal(describeEvent(hung), "worker 1 (process 7) hangs: no sign of life for 10250 ms; it is killed");
});
