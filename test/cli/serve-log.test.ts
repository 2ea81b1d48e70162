// serve-log.test.ts: the log of `mayfly serve` when it cannot be written, and when a worker is killed while it writes.
import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { project, whyNoRuntime } from "../function/support.js";
import { ask } from "../gateway/support/client.js";
import { app, finished, noMachine, root, startMayfly } from "../support/mayfly.js";
import { until } from "../support/until.js";

test("serve goes on when its log's disk is full, says so, and ends on SIGINT", {
  skip: noMachine(),
  timeout: 30_000,
}, async (context) => {
  const full = openSync("/dev/full", "w");
  const child = startMayfly(
    ["serve", "--allow-process-isolation", "--port", "0", `${root}/examples/native/mayfly.json`],
    {
      stdio: ["ignore", full, "pipe"],
    },
  );
  context.after(() => child.kill("SIGKILL"));
  closeSync(full);
  // The first line that cannot be written is the one that says that it listens.
  await new Promise((resolve) => child.stderr!.once("data", resolve));
  await sleep(100);
  assert.equal(child.exitCode, null);
  child.kill("SIGINT");
  const { status, stderr } = await finished(child);
  assert.equal(status, 0);
  assert.equal(stderr, "mayfly: write log: ENOSPC: no space left on device, write\n");
});

test("what a worker's engine says when it ends is one line of the JSON log", {
  skip: noMachine(),
  timeout: 60_000,
}, async (context) => {
  // Node's words and a stack in many lines, by whoever calls exit: a worker at its end, not its supervisor.
  const child = startMayfly(
    [
      ...["serve", "--allow-process-isolation", "--json", "--port", "0", "--workers", "1"],
      `${root}/examples/native/mayfly.json`,
    ],
    { env: { ...process.env, NODE_OPTIONS: "--trace-exit" } },
  );
  context.after(() => child.kill("SIGKILL"));
  const done = finished(child);
  const lines: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(JSON.parse(line) as Record<string, unknown>);
    if (lines.length === 1) child.kill("SIGINT");
  }
  const said = lines.find(({ event }) => event === "worker-stderr");
  assert.equal(said?.worker, 1);
  assert.match(String(said?.text), /WARNING: Exited .*\n +at /);
  assert.equal((await done).stderr, "");
});

test("serve ends with status 1 and a word when nobody reads its log any more", {
  skip: noMachine(),
  timeout: 30_000,
}, async (context) => {
  const child = startMayfly([
    ...["serve", "--allow-process-isolation", "--json", "--port", "0"],
    `${root}/examples/native/mayfly.json`,
  ]);
  context.after(() => child.kill("SIGKILL"));
  const [line] = (await once(child.stdout!.setEncoding("utf8"), "data")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const done = finished(child);
  child.stdout!.destroy();
  await ask(`${url}/hello`);
  const { status, stderr } = await done;
  assert.deepEqual(
    { status, stderr },
    { status: 1, stderr: "mayfly: write log: nobody reads it any more; the server ends\n" },
  );
});

test("serve --watch does not take its own log for a source, whatever it is called and however its configuration fails", {
  skip: noMachine(),
  timeout: 60_000,
}, async (context) => {
  const good = JSON.stringify({ workers: 1, routes: [{ path: "/", image: app("hello") }] });
  const folder = await project(context, { "mayfly.json": good, "log.json": "" });
  const log = openSync(join(folder, "log.json"), "a");
  const child = startMayfly(
    ["serve", "--allow-process-isolation", "--watch", "--json", "--port", "0", folder],
    { stdio: ["ignore", log, "pipe"] },
  );
  context.after(() => child.kill("SIGKILL"));
  closeSync(log);
  const written = (): string => readFileSync(join(folder, "log.json"), "utf8");
  await until(() => written().includes('"msg":"listening"'));
  const failures = (): number => written().match(/"event":"reload-failed"/g)?.length ?? 0;
  await writeFile(join(folder, "mayfly.json"), good.replace('"workers":1', '"workers":0'));
  await until(() => failures() > 0);
  const before = failures();
  await writeFile(join(folder, "new.ts"), "");
  await until(() => failures() > before);
  await writeFile(join(folder, "mayfly.json"), good);
  await until(() => written().includes('"event":"reloaded"'));
  const changed = [...written().matchAll(/"changed":"([^"]*)"/g)].map(([, path]) => basename(path!));
  assert.deepEqual(new Set(changed), new Set(["mayfly.json", "new.ts"]));
  child.kill("SIGINT");
  await once(child, "close");
});

const TALKING = {
  "talk.js": 'export default { fetch() { console.log("x".repeat(8000)); return new Response("x"); } };',
  "mayfly.json": JSON.stringify({ workers: 1, routes: [{ path: "/", function: "talk.js" }] }),
};

test("every line of the log is JSON, also when a worker is killed within one", {
  skip: noMachine() || whyNoRuntime,
  timeout: 60_000,
}, async (context) => {
  const folder = await project(context, TALKING);
  const child = startMayfly(["serve", "--allow-process-isolation", "--json", "--port", "0", folder]);
  context.after(() => child.kill("SIGKILL"));
  let log = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const told = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(log)) await once(child.stdout!, "data");
  };
  await told(/\n/);
  const { url, workers } = JSON.parse(log) as { url: string; workers: [{ pid: number }] };
  let { pid } = workers[0];
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const askAll = () => Promise.all(Array.from({ length: 16 }, () => ask(url, { agent })));
  // A worker that has not written enough by the time it is killed breaks no line: then the next one gets more time.
  for (let waitMs = 200; !log.includes('"event":"worker-line-broken"'); waitMs *= 2) {
    await askAll();
    // Nobody reads what the worker writes: more than the socket between them takes.
    child.kill("SIGSTOP");
    for (let i = 0; i < 20; i++) await askAll();
    await sleep(waitMs);
    process.kill(pid, "SIGKILL");
    child.kill("SIGCONT");
    await told(new RegExp(`"event":"worker-died".*"pid":${pid}\\b.*"event":"worker-ready"[^\\n]*\\n`, "s"));
    pid = Number(
      /"event":"worker-ready".*"pid":(\d+)/.exec(log.slice(log.lastIndexOf('"event":"worker-ready"')))![1],
    );
  }
  child.kill("SIGINT");
  await once(child, "close");
  agent.destroy();
  for (const line of log.trimEnd().split("\n"))
    assert.doesNotThrow(() => JSON.parse(line) as unknown, line.slice(0, 200));
});
