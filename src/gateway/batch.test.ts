// batch.test.ts: who goes on in which turn of the event loop, and what waits for whom.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { nextBatch } from "./batch.js";

/** A request whose guest takes some steps that only wait for promises. */
async function request(name: string, seen: string[]): Promise<void> {
  const batch = await nextBatch();
  seen.push(`${name} begins`);
  for (let i = 0; i < 5; i++) await undefined;
  seen.push(`${name} ran`);
  if (batch.othersRun) await batch.ran;
  seen.push(`${name} is sent`);
}

/** Time passes when the test says so, in ms, and not when the host has other work. */
function stoppedClock(context: TestContext): (ms: number) => void {
  let now = performance.now();
  context.mock.method(performance, "now", () => now);
  return (ms) => {
    now += ms;
  };
}

test("requests of one turn run one after the other, each to its end, and then leave together", async () => {
  const seen: string[] = [];
  setImmediate(() => seen.push("before"));
  const requests = ["a", "b", "c"].map((name) => request(name, seen));
  setImmediate(() => seen.push("behind"));
  await Promise.all(requests);
  const runs = ["a begins", "a ran", "b begins", "b ran", "c begins", "c ran"];
  assert.deepEqual(seen.slice(0, 7), ["before", ...runs]);
  assert.deepEqual(seen.slice(-3), ["a is sent", "b is sent", "c is sent"]);
});

test("a request that comes while others run is in a later batch", async () => {
  const seen: string[] = [];
  const later: Promise<void>[] = [];
  const batch = nextBatch().then(() => {
    later.push(request("later", seen));
    seen.push("first");
  });
  await Promise.all([batch, request("second", seen)]);
  seen.push("both are done");
  await Promise.all(later);
  assert.deepEqual(seen.slice(0, 4), ["first", "second begins", "second ran", "second is sent"]);
  assert.deepEqual(seen.slice(-3), ["later begins", "later ran", "later is sent"]);
});

test("a request that is alone waits for nobody", async () => {
  const batch = await nextBatch();
  assert.equal(batch.othersRun, false);
});

test("what has waited for something else meanwhile waits for nobody", async () => {
  const [batch] = await Promise.all([nextBatch(), nextBatch()]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(batch.othersRun, false);
  await batch.ran;
});

test("a response that waits leaves when the guests behind it take long", async (context) => {
  const seen: string[] = [];
  const pass = stoppedClock(context);
  const compute = async (name: string): Promise<void> => {
    await nextBatch();
    pass(5);
    seen.push(`${name} has computed`);
  };
  await Promise.all([request("fast", seen), ...["b", "c", "d"].map(compute)]);
  assert.ok(seen.indexOf("fast is sent") < seen.indexOf("c has computed"), seen.join(", "));
});

test("one that has taken long waits for nobody, and those behind it wait for each other again", async (context) => {
  const seen: string[] = [];
  const pass = stoppedClock(context);
  const slow = async (): Promise<void> => {
    const batch = await nextBatch();
    pass(5);
    await batch.ran;
    seen.push("slow is sent");
  };
  await Promise.all([slow(), request("b", seen), request("c", seen)]);
  const runs = ["b begins", "b ran", "c begins", "c ran"];
  assert.deepEqual(seen, ["slow is sent", ...runs, "b is sent", "c is sent"]);
});
