// ends.test.ts: how vessels end: with the monitor, by a stranger, by close; and that nothing stays behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ProcessHost } from "../../src/machine/process/host.js";
import { boot, CALL_FOR_EVER, children, isAlive, LOOP, nurseryOf, procFile, skip } from "./support.js";

const MACHINES = 500;
/** The host keeps the memory of a few machines for the next. */
const KEPT = 64;
const PATIENCE_MS = 5000;

const support = new URL("./support.js", import.meta.url).href;
const hostModule = new URL("../../src/machine/process/host.js", import.meta.url).href;
/** A monitor that says which process its guest is, and then runs it or waits. */
const monitorProgram = (code: readonly number[], thereafter: string): string => `
  import { ProcessHost } from ${JSON.stringify(hostModule)};
  import { boot } from ${JSON.stringify(support)};
  const machine = boot(ProcessHost.open(), ${JSON.stringify(code)});
  console.log(machine.pid);
  ${thereafter}`;

async function diesWithItsMonitor(program: string): Promise<void> {
  const monitor = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(monitor.stdout, "data");
  const vessel = Number(line);
  assert.ok(isAlive(vessel));
  await delay(20);
  monitor.kill("SIGKILL");
  await once(monitor, "exit");
  const patience = performance.now() + PATIENCE_MS;
  while (isAlive(vessel) && performance.now() < patience) await delay(5);
  assert.ok(!isAlive(vessel));
}

test("a guest that runs dies with its monitor", { skip }, async () => {
  await diesWithItsMonitor(monitorProgram(LOOP, "setImmediate(() => machine.run(Infinity));"));
});

test("a guest that waits dies with its monitor", { skip }, async () => {
  await diesWithItsMonitor(
    monitorProgram(CALL_FOR_EVER, "machine.run(Infinity); setInterval(() => {}, 1000);"),
  );
});

test("a guest whose process a stranger kills has failed, and closes all the same", { skip }, async () => {
  const host = ProcessHost.open();
  const machine = boot(host, CALL_FOR_EVER);
  assert.equal(machine.run(Number.POSITIVE_INFINITY).kind, "hypercall");
  process.kill(machine.pid, "SIGKILL");
  for (let again = 0; again < 2; again++) {
    const exit = machine.run(performance.now() + PATIENCE_MS);
    assert.ok(exit.kind === "failed", exit.kind);
    assert.match(exit.detail, /signal 9/);
  }
  await machine.close();
  host.close();
});

test("a nursery that a stranger kills is replaced, and its vessels live on", { skip }, async () => {
  const host = ProcessHost.open();
  const before = boot(host, CALL_FOR_EVER);
  process.kill(await nurseryOf(process.pid, [before.pid]), "SIGKILL");
  const after = boot(host, CALL_FOR_EVER);
  for (const machine of [before, after]) {
    assert.equal(machine.run(Number.POSITIVE_INFINITY).kind, "hypercall");
    await machine.close();
  }
  host.close();
  assert.deepEqual(children(), []);
});

test("signals that a stranger sends do not reach the guest", { skip }, async () => {
  const host = ProcessHost.open();
  const machine = boot(host, CALL_FOR_EVER);
  for (const signal of ["SIGINT", "SIGTERM", "SIGSEGV", "SIGTRAP", "SIGSTOP", "SIGUSR1"] as const) {
    process.kill(machine.pid, signal);
    for (let calls = 0; calls < 3; calls++)
      assert.equal(machine.run(performance.now() + PATIENCE_MS).kind, "hypercall", signal);
  }
  await machine.close();
  host.close();
});

test(`${MACHINES} machines leave nothing behind`, { skip }, async () => {
  const host = ProcessHost.open();
  const counts = () => ({
    descriptors: readdirSync("/proc/self/fd").length,
    mappings: procFile("self", "maps")!.split("mayfly-guest").length,
    children: children().length,
  });
  const cycle = async (): Promise<void> => {
    const machine = boot(host, CALL_FOR_EVER);
    machine.run(Number.POSITIVE_INFINITY);
    await machine.close();
  };
  for (let i = 0; i < 10; i++) await cycle();
  const before = counts();
  for (let i = 0; i < MACHINES; i += 10) await Promise.all(Array.from({ length: 10 }, cycle));
  const after = counts();
  assert.equal(after.children, before.children);
  assert.ok(after.descriptors <= before.descriptors + KEPT, JSON.stringify({ before, after }));
  assert.ok(after.mappings <= before.mappings + KEPT, JSON.stringify({ before, after }));
  host.close();
  assert.equal(counts().mappings, 1);
});
