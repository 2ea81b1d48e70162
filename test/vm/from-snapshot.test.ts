// from-snapshot.test.ts: further VMs from one snapshot: each as new, none aware of another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, counter, state, UNTOUCHED } from "./support/counter.js";
import { MIB } from "./support/exchanges.js";
import { latestMachine, placesOf } from "./support/machine-spy.js";
import { isSlowHost, machines, machineTest } from "./support/machines.js";

machineTest("VMs from one snapshot begin alike and go their own ways", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  const [first, second] = [monitor.createFromSnapshot(snapshot), monitor.createFromSnapshot(snapshot)];
  assert.deepEqual(state(await ask(first, "/touch/5")), UNTOUCHED);
  assert.equal((await ask(first)).get("asked"), 2n);
  assert.deepEqual(state(await ask(second)), UNTOUCHED);
  assert.deepEqual(state(await ask(vm)), UNTOUCHED);
  assert.equal(first.stats.exits.get("exchange"), 2, "it never booted");
});

machineTest("no two of them draw the same entropy, and none's clock runs backwards", async (monitor) => {
  const vm = await counter(monitor);
  const before = (await ask(vm)).get("clock")!;
  const snapshot = await vm.snapshot();
  const found = await Promise.all(Array.from({ length: 8 }, () => ask(monitor.createFromSnapshot(snapshot))));
  assert.equal(new Set(found.map((each) => each.get("entropy"))).size, 8);
  for (const each of found) assert.ok(each.get("clock")! > before);
  const after = (await ask(vm)).get("clock")!;
  const spreadMs = Number(after - found[0]!.get("clock")!) / 1e6;
  assert.ok(spreadMs > 0 && spreadMs < 30_000, `${spreadMs} ms after the first of them`);
});

machineTest("each can be put back, also to another one's snapshot", async (monitor) => {
  const vm = await counter(monitor);
  const twin = monitor.createFromSnapshot(await vm.snapshot());
  await ask(twin, "/touch/9");
  const snapshot = await twin.snapshot();
  for (const each of [vm, twin]) {
    await ask(each, "/trap");
    each.reset(snapshot, { verify: true });
    const { heap, asked } = Object.fromEntries(await ask(each));
    assert.deepEqual({ heap, asked }, { heap: 1n, asked: 2n });
  }
});

machineTest("a snapshot outlives the VM that it was taken of", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  await ask(vm, "/touch/100");
  await vm.close();
  for (let i = 0; i < 3; i++) {
    const twin = monitor.createFromSnapshot(snapshot);
    assert.deepEqual(state(await ask(twin, "/touch/100")), UNTOUCHED);
    await twin.close();
  }
});

machineTest("memory that served a VM from a snapshot holds nothing for the next guest", async (monitor) => {
  const secret = Buffer.from("0123456789-secret");
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  const twin = monitor.createFromSnapshot(snapshot);
  await ask(twin, "/keep", { body: Buffer.alloc(2 * MIB, secret) });
  assert.ok(placesOf(secret, latestMachine()).length > 0);
  await twin.close();
  await counter(monitor);
  assert.deepEqual(placesOf(secret, latestMachine()), []);
});

machineTest("limits are each VM's own, memory is the snapshot's", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  assert.equal(snapshot.memoryBytes, 8 * MIB);
  assert.match(snapshot.image, /counter/);
  assert.ok(snapshot.bytes > 0 && snapshot.bytes < MIB);
  // Text is kept, and never copied again.
  assert.ok(snapshot.resetBytes > 0 && snapshot.resetBytes < snapshot.bytes);
  const twin = monitor.createFromSnapshot(snapshot, { limits: { wallTimeMs: isSlowHost ? 1500 : 300 } });
  await ask(twin);
  assert.equal((await twin.run()).reason, "wall-time-limit");
  assert.throws(() => monitor.createFromSnapshot(snapshot, { limits: { cpuTimeMs: -1 } }), {
    code: "OPTION_INVALID",
  });
});

const [kvm, process] = machines;

test("a snapshot of one machine does not fit another", { skip: kvm!.skip || process!.skip }, async () => {
  const [here, there] = [kvm!.open(), process!.open()];
  try {
    const snapshot = await (await counter(here)).snapshot();
    assert.throws(() => there.createFromSnapshot(snapshot), { code: "SNAPSHOT_FOREIGN", message: /kvm/ });
  } finally {
    await here.close();
    await there.close();
  }
});
