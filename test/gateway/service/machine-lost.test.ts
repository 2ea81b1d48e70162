// machine-lost.test.ts: a worker that cannot get back what its VMs come from gives its place to another.
import assert from "node:assert/strict";
import { nurseryOf } from "../../process/support.js";
import { ask } from "../support/client.js";
import { configOf, saying, serviceTest } from "./running-service.js";

serviceTest(
  "a worker whose nursery was killed may start no other, and is replaced",
  { "hello.ts": saying("one"), "mayfly.json": configOf({ workers: 1 }) },
  async (running) => {
    const { service } = running;
    const [worker] = service.pids;
    process.kill(await nurseryOf(worker!), "SIGKILL");
    assert.equal((await ask(service.url)).status, 500);
    await running.logged(/ended from outside/);
    const { pid, status } = await running.event("worker-died");
    assert.deepEqual({ pid, status }, { pid: worker, status: 1 });
    await running.event("worker-ready", 2);
    assert.equal(await running.text("/"), "one 1");
  },
  "process",
);
