// death.test.ts: what clients see when a worker dies: 502 where nothing was answered, another worker's answer where nothing was asked.
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { ask, begin, errorIn, finish, raw } from "../support/client.js";
import { plan, supervisedTest } from "./supervised.js";

const tiny = plan({ word: "hello" });

supervisedTest("requests are answered by several workers", tiny, async ({ url, supervisor }) => {
  const agents = Array.from({ length: 4 }, () => new Agent({ keepAlive: true }));
  const answers = await Promise.all(agents.map((agent) => ask(url, { agent })));
  const words = answers.map(({ body }) => body.toString().split(" "));
  assert.deepEqual(new Set(words.map(([word]) => word)), new Set(["hello"]));
  assert.deepEqual(new Set(words.map(([, pid]) => Number(pid))), new Set(supervisor.pids));
  for (const agent of agents) agent.destroy();
});

supervisedTest("requests that a dead worker had not answered get a 502", tiny, async (test) => {
  const answers = [ask(`${test.url}/hold`), ask(`${test.url}/hold`), ask(`${test.url}/hold`)];
  while ((await test.sum("held")) < 3);
  for (const pid of test.supervisor.pids) process.kill(pid!, "SIGKILL");
  for (const answer of await Promise.all(answers)) {
    assert.equal(answer.status, 502);
    assert.equal(errorIn(answer).code, "worker-died");
    assert.equal(answer.headers.connection, "close");
    assert.ok(answer.isWhole);
  }
});

supervisedTest(
  "a request that kills its worker gets a 502, and a new worker answers the next",
  tiny,
  async (test) => {
    const answer = await ask(`${test.url}/die`, { method: "POST" }, Buffer.alloc(3_000_000));
    assert.equal(answer.status, 502);
    const { signal, lost } = await test.event("worker-died");
    assert.deepEqual({ signal, lost }, { signal: "SIGKILL", lost: 1 });
    await test.event("worker-ready", 3);
    assert.equal((await ask(test.url)).status, 200);
  },
);

supervisedTest(
  "a request that waited unread on a kept connection when its worker died is answered with 502, and counted as lost",
  plan({ word: "hello" }, 1),
  async (test) => {
    const agents = Array.from({ length: 3 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    for (const agent of agents) await ask(test.url, { agent });
    // A worker that can answer has noted that the responses are over.
    await test.supervisor.ask("state");
    process.kill(test.supervisor.pids[0]!, "SIGSTOP");
    const sent = agents.slice(0, 2).map((agent) => begin(test.url, { agent }, null));
    // Until the kernel has them.
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.kill(test.supervisor.pids[0]!, "SIGKILL");
    for (const begun of await Promise.all(sent)) assert.equal(begun.response.statusCode, 502);
    assert.equal((await test.event("worker-died")).lost, 2);
    for (const agent of agents) agent.destroy();
  },
);

supervisedTest(
  "a response that had begun breaks off: its end is no end of a response",
  tiny,
  async (test) => {
    const begun = await begin(`${test.url}/half`, {}, null);
    const answer = finish(begun);
    for (const pid of test.supervisor.pids) process.kill(pid!, "SIGKILL");
    assert.equal((await answer).isWhole, false);
  },
);

supervisedTest(
  "a new connection waits while every worker is dead",
  plan({ word: "hello" }, 1),
  async (test) => {
    process.kill(test.supervisor.pids[0]!, "SIGKILL");
    await test.event("worker-died");
    assert.equal((await ask(test.url)).status, 200);
  },
);

supervisedTest(
  "a connection on which nothing was asked is another worker's",
  plan({ word: "hello" }, 1),
  async (test) => {
    process.kill(test.supervisor.pids[0]!, "SIGSTOP");
    const answer = raw(test.url, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    // Until the supervisor has handed it over.
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.kill(test.supervisor.pids[0]!, "SIGKILL");
    assert.match(await answer, /^HTTP\/1\.1 200/);
  },
);

supervisedTest(
  "an idle connection of a dead worker is closed in order",
  plan({ word: "hello" }, 1),
  async (test) => {
    const { hostname, port } = new URL(test.url);
    const socket = connect(Number(port), hostname).setEncoding("latin1");
    let answer = "";
    socket.on("data", (text: string) => {
      answer += text;
      // A worker that can answer has noted that the response is over.
      if (answer.includes("hello"))
        void test.supervisor.ask("state").then(() => process.kill(test.supervisor.pids[0]!, "SIGKILL"));
    });
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    const hadError = await new Promise((resolve) => socket.on("error", () => {}).on("close", resolve));
    assert.equal(hadError, false);
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
  },
);

supervisedTest(
  "an answer to a client that has left does not touch the connection that came in its place",
  plan({ word: "hello" }, 1),
  async (test) => {
    const gone = request(`${test.url}/late`, { agent: false }).on("error", () => {});
    gone.end();
    while ((await test.sum("connections")) < 1);
    gone.destroy();
    while ((await test.sum("connections")) > 0);
    const held = ask(`${test.url}/hold`);
    while ((await test.sum("held")) < 1);
    await ask(`${test.url}/answer-late`);
    process.kill(test.supervisor.pids[0]!, "SIGKILL");
    assert.equal((await held).status, 502);
  },
);
