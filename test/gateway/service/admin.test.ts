// admin.test.ts: what the admin port tells of a service: all workers as one, also of those that are gone.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { DashboardState, FunctionState } from "../../../src/gateway/dashboard/dashboard-state.js";
import { ask } from "../support/client.js";
import { configOf, type RunningService, saying, serviceTest } from "./running-service.js";

const files = {
  "hello.ts": saying("hello"),
  "mayfly.json": configOf({
    admin: { port: 0 },
    memoryMiB: 64,
    functions: { hello: "hello.ts" },
    routes: [{ path: "/", function: "hello" }],
  }),
};

/** The value of one of the lines of `/metrics`, once it is the expected one. */
async function metric(running: RunningService, line: string, expected: number): Promise<void> {
  for (;;) {
    const metrics = await running.admin("/metrics");
    const found = metrics.split("\n").find((each) => each.startsWith(`${line} `));
    if (found === `${line} ${expected}`) return;
    // A client may have its answer a moment before the gateway has counted it.
    await delay(20);
  }
}

const REQUESTS = 'mayfly_requests_total{function="hello",status="200"}';

serviceTest(
  "the admin port adds up what all workers count, and keeps it when they go",
  files,
  async (running) => {
    assert.equal(await running.admin("/healthz"), "ok\n");
    assert.equal(await running.admin("/readyz"), "ready\n");
    await metric(running, "mayfly_workers", 2);
    for (let i = 0; i < 10; i++) assert.equal(await running.text("/"), "hello 1");
    await metric(running, REQUESTS, 10);
    await metric(running, 'mayfly_queue_length{function="hello"}', 0);
    await metric(running, "mayfly_guest_memory_limit_bytes", 2 * 64 * 2 ** 20);
    for (const worker of [1, 2])
      assert.match(
        await running.admin("/metrics"),
        new RegExp(`^mayfly_worker_resident_bytes\\{worker="${worker}"\\} [1-9]\\d{6,}$`, "m"),
      );

    await running.service.reload();
    assert.equal(await running.text("/"), "hello 1");
    await metric(running, REQUESTS, 11);
    await metric(running, 'mayfly_reloads_total{result="done"}', 1);

    process.kill(running.service.pids[0]!, "SIGKILL");
    await running.event("worker-died");
    await running.event("worker-ready", 5);
    await metric(running, "mayfly_worker_deaths_total", 1);
    await metric(running, "mayfly_workers", 2);
    await metric(running, REQUESTS, 11);
  },
);

serviceTest(
  "a worker that stands still for longer than it may is replaced, and counted",
  { ...files, "mayfly.json": configOf({ admin: { port: 0 }, hangTime: "3s" }) },
  async (running) => {
    await metric(running, "mayfly_worker_hangs_total", 0);
    process.kill(running.service.pids[0]!, "SIGSTOP");
    await running.event("worker-hung");
    await running.event("worker-ready", 3);
    await metric(running, "mayfly_worker_hangs_total", 1);
    await metric(running, "mayfly_worker_deaths_total", 1);
    assert.equal(await running.text("/"), "hello 1");
  },
);

serviceTest("the dashboard shows the VMs of all workers by the workers' numbers", files, async (running) => {
  await Promise.all(Array.from({ length: 6 }, () => running.text("/")));
  let hello: FunctionState | undefined;
  do [hello] = (JSON.parse(await running.admin("/state.json")) as DashboardState).functions;
  while (hello?.calls !== 6);
  assert.ok(
    hello.vms.every(([vm]) => /^[12]\.\d+$/.test(vm)),
    JSON.stringify(hello.vms),
  );

  const events = await fetch(`${running.service.adminUrl}/events`);
  const updates = eventsOf(events);
  const first = await updates.next();
  assert.equal(first.value?.name, "state");
  await running.service.reload();
  await running.text("/");
  // Of a worker that was not there when the page was opened.
  for await (const { data } of updates)
    if (data.functions.some(({ vms }) => vms.some(([vm]) => /^[34]\./.test(vm)))) break;
});

serviceTest(
  "the dashboard has the failures of a worker that died before anybody looked, by the names that clients know",
  {
    "hello.ts": 'export default { fetch() { throw new Error("as told"); } };\n',
    "mayfly.json": configOf({ workers: 1, admin: { port: 0 } }),
  },
  async (running) => {
    // Workers tell by and by: one that is killed too soon gets more time in its next life.
    for (let waitMs = 300, lives = 1; ; waitMs *= 2, lives++) {
      const { headers, body } = await ask(running.service.url);
      const id = headers["x-request-id"];
      assert.equal(id, JSON.parse(body.toString()).error.requestId);
      await delay(waitMs);
      process.kill(running.service.pids[0]!, "SIGKILL");
      await running.event("worker-died", lives);
      const { failures } = JSON.parse(await running.admin("/state.json")) as DashboardState;
      if (failures.some(({ request }) => request === id)) break;
      await running.event("worker-ready", lives + 1);
    }
  },
);

/** Server-sent events, as they come. */
async function* eventsOf(response: Response): AsyncGenerator<{ name: string; data: DashboardState }> {
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const whole = text.split("\n\n");
    text = whole.pop()!;
    for (const event of whole) {
      const match = /event: (\w+)\ndata: (.*)/.exec(event);
      if (match !== null) yield { name: match[1]!, data: JSON.parse(match[2]!) as DashboardState };
    }
  }
}

serviceTest("for people, the log tells a VM's life", files, async (running) => {
  await running.text("/");
  await running.logged(
    /^vm [12]\.1 of hello started in \d+\.\d\d ms\n200 GET \/ {2}vm [12]\.1 of hello {2}/m,
  );
  await running.service.reload();
  await running.logged(/^vm [12]\.1 of hello closed: its worker ends\n/m);
});
