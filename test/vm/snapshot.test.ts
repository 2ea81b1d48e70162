// snapshot.test.ts: a VM put back to its snapshot is as new: nothing of a request is left, whatever the request did.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { blockMemory } from "../../src/index.js";
import { deferred } from "../../src/monitor/event-loop.js";
import { KEPT_BYTES } from "../../src/monitor/memory-snapshot.js";
import { collect } from "./support/apps.js";
import { ask, counter, state, UNTOUCHED } from "./support/counter.js";
import { get, limits, MIB, open } from "./support/exchanges.js";
import { GuestProgram } from "./support/guest-program.js";
import { latestMachine, placesOf, touchedBytes } from "./support/machine-spy.js";
import { isSlowHost, machineTest } from "./support/machines.js";

/** Eight bytes, as the exchange aligns a body: repeated, it stands in any 16. */
const SECRET = Buffer.from("s3cr3t-!");

machineTest("a guest that counts answers 1 after each reset, wherever it counts", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  for (const target of ["/", "/touch/40", "/trap", "/", "/trap", "/touch/2"]) {
    const { cr2, ...found } = state(await ask(vm, target));
    assert.deepEqual(found, UNTOUCHED, target);
    if (target === "/trap") assert.equal(cr2, 0n);
    vm.reset(snapshot, { verify: true });
  }
});

machineTest("without a reset it counts on", async (monitor) => {
  const vm = await counter(monitor);
  await vm.snapshot();
  await ask(vm, "/touch/1");
  assert.deepEqual(state(await ask(vm)), { asked: 2n, tls: 2n, sse: 1n, heap: 1n });
});

machineTest("several requests are taken back at once", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  for (let i = 0; i < 5; i++) await ask(vm, "/touch/3");
  vm.reset(snapshot, { verify: true });
  assert.deepEqual(state(await ask(vm)), UNTOUCHED);
});

machineTest("a snapshot may be taken of a guest that served, and puts it back to there", async (monitor) => {
  const vm = await counter(monitor);
  const first = await vm.snapshot();
  await ask(vm, "/touch/1");
  const second = await vm.snapshot();
  for (const [snapshot, asked] of [
    [first, 1n],
    [second, 2n],
    [first, 1n],
    [second, 2n],
  ] as const) {
    vm.reset(snapshot, { verify: true });
    assert.equal((await ask(vm)).get("asked"), asked);
  }
});

machineTest("no byte of a request is left anywhere in the guest after a reset", async (monitor) => {
  const vm = await counter(monitor);
  const machine = latestMachine();
  const snapshot = await vm.snapshot();
  const body = Buffer.alloc(3 * MIB, SECRET);
  const headers = [["x-secret", SECRET.toString().repeat(100)]] as const;
  await ask(vm, `/keep/${SECRET.toString().repeat(50)}`, { method: "POST", headers, body });
  const kept = placesOf(SECRET, machine);
  assert.ok(kept.length > 500, `it stands in ${kept.length} places`);
  assert.ok(
    kept.some((place) => /^x/.test(place)),
    "it stands in the SSE registers",
  );
  vm.reset(snapshot);
  assert.deepEqual(placesOf(SECRET, machine), []);
  assert.deepEqual(state(await ask(vm)), UNTOUCHED);
});

const RESETS = isSlowHost ? 100 : 1000;

machineTest(`${RESETS} resets make nothing grow`, async (monitor) => {
  const vm = await counter(monitor);
  const machine = latestMachine();
  const snapshot = await vm.snapshot();
  const descriptors = await openDescriptors();
  for (let i = 0; i < RESETS; i++) {
    const found = await ask(vm, `/touch/${(i * 7) % 300}`);
    assert.deepEqual(state(found), UNTOUCHED, `request ${i}`);
    vm.reset(snapshot);
    assert.ok(touchedBytes(machine) <= snapshot.bytes + KEPT_BYTES + 16 * 4096, `after ${i} resets`);
  }
  assert.ok((await openDescriptors()) <= descriptors + 1);
});

machineTest("memory that grows in a later request is put back behind that one, too", async (monitor) => {
  for (const pages of [1, 40, 600]) {
    const vm = await counter(monitor);
    const snapshot = await vm.snapshot();
    for (const target of ["/", "/", "/touch/3", "/", "/"]) {
      assert.deepEqual(state(await ask(vm, target)), UNTOUCHED);
      vm.reset(snapshot);
    }
    await ask(vm, `/touch/${pages}`);
    // Only now: what compares all of memory touches it, and drops what it touched.
    vm.reset(snapshot, { verify: true });
    assert.deepEqual(state(await ask(vm)), UNTOUCHED);
    await vm.close();
  }
});

machineTest("memory that grew far is given back", async (monitor) => {
  const vm = await counter(monitor);
  const machine = latestMachine();
  const snapshot = await vm.snapshot();
  const before = touchedBytes(machine);
  await ask(vm, "/touch/1200");
  assert.ok(touchedBytes(machine) >= before + 4 * MIB);
  vm.reset(snapshot);
  assert.ok(touchedBytes(machine) <= before + KEPT_BYTES);
});

machineTest("verify finds a byte that no reset puts back, and the VM is over", async (monitor) => {
  for (const address of [0x10_0001, 4 * MIB + 123]) {
    const vm = await counter(monitor);
    const machine = latestMachine();
    const snapshot = await vm.snapshot();
    // Text is not written again; the heap is found by the list of what was touched, which must not be trusted.
    machine.memory.bytes[address]! ^= 1;
    machine.touchedRanges = () => [];
    assert.throws(() => vm.reset(snapshot, { verify: true }), {
      message: new RegExp(`guest memory at 0x${address.toString(16)}: got 0x`),
    });
    await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED" });
    await vm.close();
  }
});

machineTest(
  "a snapshot tells what read-only pages hold, not what the image says of them",
  async (monitor) => {
    const vm = await counter(monitor);
    const { bytes } = latestMachine().memory;
    // Padding, or text that runs no more: in the image's first page, and behind the last byte of its text.
    const places = [0x10_0001, 0x10_0fff];
    for (const place of places) bytes[place]! ^= 1;
    const expected = bytes.slice(0x10_0000, 0x10_1000);
    const snapshot = await vm.snapshot();
    await using twin = monitor.createFromSnapshot(snapshot);
    assert.deepEqual(latestMachine().memory.bytes.slice(0x10_0000, 0x10_1000), expected);
    await ask(twin);
    twin.reset(snapshot, { verify: true });
  },
);

machineTest("entropy is new after each reset, and time goes on", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  const entropy = new Set<bigint>();
  let clock = 0n;
  for (let i = 0; i < 50; i++) {
    const found = await ask(vm);
    entropy.add(found.get("entropy")!);
    assert.ok(found.get("clock")! > clock);
    clock = found.get("clock")!;
    vm.reset(snapshot);
  }
  assert.equal(entropy.size, 50);
});

machineTest("a reset while a request is under way is refused", async (monitor) => {
  const vm = await open(monitor, "echo");
  const snapshot = await vm.snapshot();
  let finish = (): void => {};
  const { promise: asked, resolve: tellAsked } = deferred<void>();
  async function* body() {
    yield Buffer.from("first");
    await new Promise<void>((resolve) => {
      finish = resolve;
      tellAsked();
    });
  }
  const response = await vm.exchange(get("/", { body: body() }));
  // The guest has the first piece, and wants the next one.
  await asked;
  assert.throws(() => vm.reset(snapshot), { code: "VM_BUSY" });
  await assert.rejects(vm.snapshot(), { code: "VM_BUSY" });
  finish();
  await collect(response.body);
  vm.reset(snapshot, { verify: true });
  assert.equal((await vm.exchange(get("/"))).status, 200);
});

machineTest("a request whose body was read in part is taken back", async (monitor) => {
  const vm = await counter(monitor);
  const snapshot = await vm.snapshot();
  for (let i = 0; i < 3; i++) {
    const found = await ask(vm, "/half", { body: Buffer.alloc(MIB, SECRET) });
    assert.deepEqual(state(found), UNTOUCHED);
    vm.reset(snapshot, { verify: true });
    assert.deepEqual(placesOf(SECRET, latestMachine()), []);
  }
});

machineTest(
  "a VM that ended, in the middle of a response or otherwise, cannot be put back",
  async (monitor) => {
    const vm = await counter(monitor);
    const snapshot = await vm.snapshot();
    const { body } = await vm.exchange(get("/crash"));
    await assert.rejects(collect(body), { code: "VM_ENDED" });
    assert.throws(() => vm.reset(snapshot), { code: "VM_ENDED" });
    await assert.rejects(vm.snapshot(), { code: "VM_ENDED" });

    const stopped = monitor.createFromSnapshot(snapshot);
    stopped.stop();
    assert.throws(() => stopped.reset(snapshot), { code: "VM_ENDED" });
  },
);

machineTest("limits count anew after a reset, and an idle VM has all the time", async (monitor) => {
  const wallTimeMs = isSlowHost ? 3000 : 400;
  const cpuTimeMs = isSlowHost ? 600 : 60;
  const vm = await counter(monitor, { limits: { memoryMiB: 8, cpuTimeMs, wallTimeMs } });
  const snapshot = await vm.snapshot();
  vm.reset(snapshot);
  await delay(1.5 * wallTimeMs);
  const started = performance.now();
  while (vm.stats.cpuMs < 2.2 * cpuTimeMs && performance.now() - started < 60_000) {
    assert.equal((await ask(vm, "/touch/200")).get("asked"), 1n);
    vm.reset(snapshot);
  }
  assert.ok(vm.stats.cpuMs >= 2.2 * cpuTimeMs, "more than twice its limit");
  await ask(vm);
  assert.equal((await vm.run()).reason, "wall-time-limit");
});

machineTest("a snapshot needs a guest that waits for requests, and no devices", async (monitor) => {
  const halts = monitor.create(new GuestProgram().halt(3).image(), { limits });
  await assert.rejects(halts.snapshot(), { code: "VM_ENDED", message: /status 3/ });
  const unaware = await counter(monitor, { exchange: false });
  await assert.rejects(unaware.snapshot(), { code: "EXCHANGE_UNSUPPORTED" });
  const disk = await open(monitor, "block", { devices: { storage: blockMemory(512) } });
  await assert.rejects(disk.snapshot(), { code: "SNAPSHOT_UNSUPPORTED" });
});

machineTest("a snapshot of another boot does not fit", async (monitor) => {
  const [vm, other] = [await counter(monitor), await counter(monitor)];
  const [snapshot, foreign] = [await vm.snapshot(), await other.snapshot()];
  assert.throws(() => vm.reset(foreign), { code: "SNAPSHOT_FOREIGN" });
  vm.reset(snapshot);
  assert.deepEqual(state(await ask(vm)), UNTOUCHED);
});

async function openDescriptors(): Promise<number> {
  const { readdir } = await import("node:fs/promises");
  return (await readdir("/proc/self/fd")).length;
}
