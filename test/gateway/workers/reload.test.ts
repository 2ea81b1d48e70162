// reload.test.ts: workers of a new config take over without a request lost; those that cannot start do not.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { ask, begin, finish } from "../support/client.js";
import { plan, Supervised, supervisedTest } from "./supervised.js";
import type { TinyConfig } from "./tiny-worker.js";

supervisedTest(
  "no request is lost while workers change, on old connections and new ones",
  plan({ word: "v0" }),
  async (test) => {
    const agents = [new Agent({ keepAlive: true, maxSockets: 4 }), undefined];
    const seen = new Set<string>();
    let isOver = false;
    const client = async (agent: Agent | undefined): Promise<number> => {
      let count = 0;
      for (; !isOver; count++) {
        const answer = await ask(test.url, agent === undefined ? {} : { agent });
        assert.equal(answer.status, 200);
        seen.add(answer.body.toString().split(" ")[0]!);
      }
      return count;
    };
    const clients = agents.flatMap((agent) => [client(agent), client(agent), client(agent)]);
    for (const word of ["v1", "v2", "v3"]) await test.supervisor.reload(plan({ word }));
    while (!seen.has("v3")) await ask(test.url);
    isOver = true;
    const counts = await Promise.all(clients);
    assert.ok(counts.every((count) => count > 10));
    agents[0]?.destroy();
  },
);

supervisedTest("an idle connection goes over to the new workers", plan({ word: "old" }), async (test) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.match((await ask(test.url, { agent })).body.toString(), /^old/);
  const [socket] = Object.values(agent.freeSockets)[0]!;
  await test.supervisor.reload(plan({ word: "new" }));
  let word = "old";
  while (word === "old") word = (await ask(test.url, { agent })).body.toString().split(" ")[0]!;
  assert.equal(word, "new");
  assert.equal(Object.values(agent.freeSockets)[0]![0], socket);
  agent.destroy();
});

supervisedTest(
  "a request under way is answered by the worker that has it",
  plan({ word: "old" }),
  async (test) => {
    const old = test.supervisor.pids;
    const held = ask(`${test.url}/hold`);
    while ((await test.sum("held")) < 1);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await test.supervisor.reload(plan({ word: "new" }), 2000);
    assert.notDeepEqual(test.supervisor.pids, old);
    assert.match((await ask(test.url, { agent })).body.toString(), /^new/);
    agent.destroy();
    const closing = test.supervisor.close(500);
    assert.equal((await held).status, 502, "what does not end is broken off when the grace is over");
    await closing;
  },
);

supervisedTest(
  "behind a reload a request has as long as its own plan says, and what is broken off then is told",
  { ...plan({ word: "old" }), requestMs: 200 },
  async (test) => {
    const held = ask(`${test.url}/hold`);
    while ((await test.sum("held")) < 1);
    await test.supervisor.reload(plan({ word: "new" }));
    assert.equal((await held).status, 502);
    assert.equal((await test.event("broken-off")).requests, 1);
  },
);

supervisedTest(
  "the end does not wait for as long as requests of a former plan may take",
  { ...plan({ word: "old" }), requestMs: 3_600_000 },
  async (test) => {
    const held = ask(`${test.url}/hold`);
    while ((await test.sum("held")) < 1);
    await test.supervisor.reload(plan({ word: "new" }));
    await test.supervisor.close(200);
    assert.equal((await held).status, 502);
    assert.equal((await test.event("broken-off")).requests, 1);
  },
);

supervisedTest(
  "a response that is written, and that its client has not taken yet, arrives whole",
  plan({ word: "old" }),
  async (test) => {
    const slow = await begin(`${test.url}/big`, {}, null);
    await test.supervisor.reload(plan({ word: "new" }));
    // Until the old workers have been told.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let word = "old"; word === "old"; )
      word = (await ask(test.url, { agent })).body.toString().split(" ")[0]!;
    agent.destroy();
    assert.equal((await finish(slow)).isWhole, true);
  },
);

for (const load of ["throw", "exit"] as const)
  supervisedTest(
    `workers that cannot start (${load}) leave the old ones in charge`,
    plan({ word: "old" }),
    async (test) => {
      const { pids } = test.supervisor;
      const expected = load === "throw" ? { code: "CONFIG_INVALID", mend: "mend it" } : /exit status 9/;
      await assert.rejects(test.supervisor.reload(plan({ word: "new", load })), expected);
      await test.event("reload-failed");
      assert.deepEqual(test.supervisor.pids, pids);
      assert.match((await ask(test.url)).body.toString(), /^old/);
      await test.supervisor.reload(plan({ word: "new" }));
      assert.match((await ask(test.url)).body.toString(), /^new/);
    },
  );

supervisedTest(
  "workers that never become ready leave the old ones in charge",
  plan({ word: "old" }),
  async (test) => {
    const hanging = { ...plan({ word: "new", load: "hang" }), readyMs: 1000 };
    await assert.rejects(test.supervisor.reload(hanging), /not ready after 1000 ms/);
    assert.match((await ask(test.url)).body.toString(), /^old/);
  },
);

supervisedTest("closing does not wait for workers that load", plan({ word: "old" }), async (test) => {
  const reload = test.supervisor
    .reload(plan({ word: "new", load: "hang" }))
    .catch((error: Error) => error.message);
  // Until they load.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await test.supervisor.close();
  assert.match((await reload) ?? "", /not ready/);
  await assert.rejects(test.supervisor.reload(plan({ word: "late" })), /are ending/);
});

test("a plan is told when its last worker has gone: behind a reload, and when it could not start", async () => {
  const gone: string[] = [];
  const counted = (config: TinyConfig) => ({ ...plan(config), onAllGone: () => gone.push(config.word) });
  const supervised = await Supervised.start(counted({ word: "first" }));
  await assert.rejects(supervised.supervisor.reload(counted({ word: "broken", load: "exit" })));
  assert.deepEqual(gone, ["broken"]);
  await supervised.supervisor.reload(counted({ word: "second" }));
  await supervised.supervisor.close();
  assert.deepEqual(gone.sort(), ["broken", "first", "second"]);
});
