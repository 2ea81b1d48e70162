// vm-pool.test.ts: pools that share a budget, with VMs that are only counted: nobody starves, no memory is overdrawn, no VM is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { AbortSource } from "./abort-source.js";
import { VmBudget } from "./vm-budget.js";
import { type PooledVm, VmPool } from "./vm-pool.js";

/** What the VMs of a test take, from before they are made until they are gone. */
class Host {
  memoryMiB = 0;
  most = 0;
  vms = 0;

  make(memoryMiB: number, closingTurns: number, outlives: () => boolean): PooledVm & { isBusy: boolean } {
    this.memoryMiB += memoryMiB;
    this.most = Math.max(this.most, this.memoryMiB);
    this.vms++;
    let isGone = false;
    return {
      isBusy: false,
      renew() {
        assert.ok(!isGone, "a VM that was closed is renewed");
        if (!outlives()) throw new Error("it ended behind its response");
      },
      rest() {},
      close: async () => {
        assert.ok(!isGone, "a VM is closed twice");
        isGone = true;
        for (let i = 0; i < closingTurns; i++) await turn();
        this.memoryMiB -= memoryMiB;
        this.vms--;
      },
    };
  }
}

interface Plan {
  readonly memoryMiB: number;
  readonly maxVms: number;
  readonly clients: number;
  readonly turns: number;
  readonly closingTurns: number;
  readonly servesAgain: boolean;
  /** One in so many VMs cannot be renewed, one in so many calls costs its VM; 0: none. */
  readonly fragile: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  memoryMiB: fc.constantFrom(16, 32, 64, 100),
  maxVms: fc.integer({ min: 1, max: 4 }),
  clients: fc.integer({ min: 1, max: 6 }),
  turns: fc.integer({ min: 1, max: 3 }),
  closingTurns: fc.integer({ min: 0, max: 3 }),
  servesAgain: fc.boolean(),
  fragile: fc.constantFrom(0, 0, 3, 7),
});

function poolOf(
  host: Host,
  budget: VmBudget,
  options: Partial<Plan> & { idleMs?: number; keepWarm?: number } = {},
) {
  const { memoryMiB = 32, maxVms = 8, closingTurns = 1, servesAgain = true, fragile = 0 } = options;
  let renewed = 0;
  return new VmPool({
    make: () => host.make(memoryMiB, closingTurns, () => fragile === 0 || ++renewed % fragile !== 0),
    servesAgain,
    maxVms,
    keepWarm: options.keepWarm ?? 0,
    idleMs: options.idleMs ?? 10_000,
    queue: { length: 1000, ms: 60_000 },
    memoryMiB,
    budget,
  });
}

/** Each client has to be served so often; the others go on meanwhile. */
const SERVED = 4;
/** Calls of all others while one client waits for so many: far more than any order of turns needs. */
const PATIENCE = 3000;

test("functions that share a budget are all served, never above it, and lose no VM", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 100, max: 260 }),
      async (plans, budgetMiB) => {
        const host = new Host();
        const budget = new VmBudget(budgetMiB);
        const pools = plans.map((each) => poolOf(host, budget, each));
        let hungry = plans.reduce((sum, { clients }) => sum + clients, 0);
        let calls = 0;
        const client = async (at: number): Promise<void> => {
          const pool = pools[at]!;
          for (let served = 0; hungry > 0; ) {
            const vm = await pool.take();
            assert.ok(!vm.isBusy, "a VM serves two calls");
            vm.isBusy = true;
            for (let i = 0; i < plans[at]!.turns; i++) await turn();
            vm.isBusy = false;
            if (plans[at]!.fragile > 0 && calls % plans[at]!.fragile === 1)
              void pool.discard(vm, "discarded");
            else pool.release(vm);
            if (++served === SERVED) hungry--;
            assert.ok(++calls < PATIENCE, "somebody starves");
          }
        };
        await Promise.all(
          plans.flatMap(({ clients }, at) => Array.from({ length: clients }, () => client(at))),
        );
        assert.ok(host.most <= budgetMiB, `got ${host.most} MiB, expected at most ${budgetMiB}`);
        for (let i = 0; i < 10; i++) await turn();
        assert.equal(budget.usedMiB, host.memoryMiB);
        assert.equal(
          pools.reduce((sum, { idleVms }) => sum + idleVms, 0),
          host.vms,
        );
        await Promise.all(pools.map((pool) => pool.close()));
        assert.deepEqual([host.vms, host.memoryMiB, budget.usedMiB], [0, 0, 0]);
      },
    ),
    { numRuns: 150 },
  );
});

test("when the place of a VM cannot be filled, everybody who waits for it is told, and its memory is free", async () => {
  const host = new Host();
  const budget = new VmBudget(32);
  const pool = poolOf(host, budget);
  const first = await pool.take();
  const waiting = Promise.allSettled([pool.take(), pool.take(), pool.take()]);
  host.make = () => {
    throw new Error("no memory");
  };
  await pool.discard(first, "discarded");
  const outcomes = await waiting;
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as Error).message),
    ["no memory", "no memory", "no memory"],
  );
  assert.throws(() => pool.take(), /no memory/);
  assert.deepEqual([pool.size, budget.usedMiB], [0, 0]);
});

test("who waits for a VM and is aborted leaves the queue, and the next one moves up", async () => {
  const pool = poolOf(new Host(), new VmBudget(32));
  const first = await pool.take();
  const impatient = new AbortController();
  const aborted = pool.take(new AbortSource(impatient.signal));
  const patient = pool.take();
  impatient.abort();
  await assert.rejects(Promise.resolve(aborted), { name: "AbortError" });
  pool.release(first);
  assert.equal(await patient, first);
  await pool.close();
});

test("the idle VM that was used longest ago goes first, whosoever it is", async () => {
  const host = new Host();
  const budget = new VmBudget(96);
  const [a, b, c] = [poolOf(host, budget), poolOf(host, budget), poolOf(host, budget)];
  for (const pool of [b, a]) {
    pool.release(await pool.take());
    await turn();
    await turn();
  }
  const [first, second] = [await c.take(), await c.take()];
  assert.deepEqual([a.size, b.size, c.size], [1, 0, 2]);
  for (const vm of [first, second]) c.release(vm);
  await Promise.all([a, b, c].map((pool) => pool.close()));
});

test("a function with one VM's worth of budget takes turns with another, call by call", async () => {
  const host = new Host();
  const budget = new VmBudget(32);
  const pools = { a: poolOf(host, budget), b: poolOf(host, budget) };
  const order: string[] = [];
  const client = async (name: "a" | "b"): Promise<void> => {
    const vm = await pools[name].take();
    order.push(name);
    await turn();
    pools[name].release(vm);
  };
  await Promise.all([
    ...Array.from({ length: 4 }, () => client("a")),
    ...Array.from({ length: 4 }, () => client("b")),
  ]);
  assert.equal(order.join(""), "abababab");
  await Promise.all([pools.a.close(), pools.b.close()]);
});

test("a function that came late gets its share of a budget that another one fills, and no VM goes to and fro then", async () => {
  const host = new Host();
  const budget = new VmBudget(256);
  let made = 0;
  const [a, b] = [poolOf(host, budget), poolOf(host, budget)];
  let isOver = false;
  const client = async (pool: typeof a): Promise<void> => {
    while (!isOver) {
      const vm = await pool.take();
      await turn();
      pool.release(vm);
    }
  };
  const clients = Array.from({ length: 16 }, () => client(a));
  for (let i = 0; i < 10; i++) await turn();
  assert.equal(a.size, 8);
  clients.push(...Array.from({ length: 16 }, () => client(b)));
  for (let i = 0; i < 60; i++) await turn();
  assert.deepEqual([a.size, b.size], [4, 4]);
  const make = host.make.bind(host);
  host.make = (...rest) => {
    made++;
    return make(...rest);
  };
  for (let i = 0; i < 60; i++) await turn();
  assert.equal(made, 0);
  isOver = true;
  await Promise.all(clients);
  await Promise.all([a.close(), b.close()]);
});
