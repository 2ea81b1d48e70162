// misdeeds.test.ts: whatever a guest does wrong ends that VM alone, with its reason and a report; its neighbor goes on untouched.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  blockMemory,
  ConsoleCollector,
  createNetPair,
  formatEnd,
  type Monitor,
  type Vm,
} from "../../src/index.js";
import { app, collect } from "./support/apps.js";
import { machines } from "./support/machines.js";
import { MEMORY_MIB, type Misdeed, misdeeds } from "./support/misdeeds.js";

/** Long enough for the longest misdeed that ends by itself, a stack that runs over. */
const WALL_MS = { byItself: 20_000, byTheClock: 40 };

const request = { method: "GET", origin: "http://neighbor", target: "/untouched", headers: [] } as const;

/** Asks a hello VM, and checks that it is as well as ever. */
async function assertWell(neighbor: Vm): Promise<void> {
  const { status, body } = await neighbor.exchange(request);
  const text = (await collect(body)).toString();
  assert.equal(status, 200);
  assert.equal(text, "Hello, world!\nGET /untouched\n");
}

async function commit(
  monitor: Monitor,
  { words, reasons, status, address, symbol, mayLosePlace }: Misdeed,
): Promise<void> {
  const output = new ConsoleCollector(4096);
  const [port] = createNetPair();
  const isEndless = reasons.includes("wall-time-limit");
  const vm = monitor.create(await app("misdeed"), {
    args: words.split(" "),
    console: output.sink,
    devices: { storage: blockMemory(65536), service0: port },
    limits: {
      memoryMiB: MEMORY_MIB,
      wallTimeMs: isEndless ? WALL_MS.byTheClock : WALL_MS.byItself,
    },
  });
  try {
    const end = await vm.run();
    const told = `${formatEnd(end)}\n${output.text()}`;
    assert.ok(reasons.includes(end.reason), `got ${end.reason}, expected ${reasons.join(" or ")}: ${told}`);
    if (end.reason === "halt") {
      assert.equal(end.status, status, told);
      assert.equal(end.report, undefined);
      return;
    }
    assert.equal(end.status, 1);
    assert.ok(end.message.length > 10 && !end.message.includes("\n"), told);
    const { report } = end;
    assert.ok(report !== undefined && report.registers.rip >= 0n, told);
    if (address !== undefined) assert.equal(report.address, address, told);
    const hasPlace = report.symbol !== undefined || mayLosePlace !== true;
    if (symbol !== undefined && hasPlace)
      assert.equal(report.symbol?.replace(/\+0x[0-9a-f]+$/, ""), symbol, told);
    assert.match(told, /rip {4}0x[0-9a-f]{16} {2}rsp {4}0x[0-9a-f]{16}/);
  } finally {
    await vm.close();
  }
}

for (const machine of machines) {
  let monitor: Monitor;
  let neighbor: Vm;

  before(async () => {
    if (machine.skip !== false) return;
    monitor = machine.open();
    neighbor = monitor.create(await app("hello"), { limits: { memoryMiB: 8 } });
  });
  after(async () => {
    if (machine.skip === false) await monitor.close();
  });

  for (const misdeed of misdeeds) {
    const ending = misdeed.reasons.join(" or ");
    test(`${machine.kind}: ${misdeed.words} → ${ending}`, {
      skip: machine.skip || (misdeed.unfit ?? false),
      timeout: 60_000,
    }, async () => {
      await Promise.all([commit(monitor, misdeed), assertWell(neighbor)]);
      await assertWell(neighbor);
      assert.deepEqual([...monitor.vms], [neighbor]);
    });
  }
}
