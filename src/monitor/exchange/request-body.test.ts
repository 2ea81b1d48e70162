// request-body.test.ts: a body on its way into the guest's buffer, whole or in pieces, and let go of at any moment.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { RequestBody } from "./request-body.js";

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  let next = 0;
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++ & 0xff);
}

/** Takes everything, through a buffer of a size. */
async function drain(body: RequestBody, bufferBytes: number): Promise<number[]> {
  const taken: number[] = [];
  const buffer = new Uint8Array(bufferBytes);
  while (body.more) {
    if (!body.atHand) await body.fill();
    taken.push(...buffer.subarray(0, body.takeInto(buffer)));
  }
  return taken;
}

test("no body and an empty one have no more bytes", () => {
  for (const body of [new RequestBody(undefined), new RequestBody(new Uint8Array(0))]) {
    assert.deepEqual([body.more, body.atHand], [false, false]);
    assert.equal(body.takeInto(new Uint8Array(10)), 0);
  }
});

test("a body at hand travels in pieces as large as the buffer", () => {
  const body = new RequestBody(Uint8Array.of(1, 2, 3, 4, 5));
  const buffer = new Uint8Array(2);
  const lengths: number[] = [];
  while (body.more) lengths.push(body.takeInto(buffer));
  assert.deepEqual(lengths, [2, 2, 1]);
});

test("a body in pieces arrives whole, whatever the sizes of pieces and buffer", async () => {
  const expected = Array.from({ length: 1015 }, (_, i) => i & 0xff);
  for (const bufferBytes of [1, 7, 512, 4096])
    assert.deepEqual(await drain(new RequestBody(pieces(1, 0, 500, 0, 0, 14, 500)), bufferBytes), expected);
});

test("its end is known only when the source says so", async () => {
  const body = new RequestBody(pieces(3));
  assert.deepEqual([body.more, body.atHand], [true, false]);
  await body.fill();
  body.takeInto(new Uint8Array(3));
  assert.deepEqual([body.more, body.atHand], [true, false]);
  await body.fill();
  assert.equal(body.more, false);
});

test("a source that fails is told to whoever waits for it", async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    throw new Error("cut off");
  }
  await assert.rejects(drain(new RequestBody(failing()), 10), /cut off/);
});

test("cancel ends a wait, lets the source go, and leaves nothing to take", async () => {
  let isLetGo = false;
  const source: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        isLetGo = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const body = new RequestBody(source);
  const waiting = body.fill();
  await turn();
  body.cancel();
  await waiting;
  assert.equal(isLetGo, true);
  assert.deepEqual([body.more, body.atHand, body.takeInto(new Uint8Array(4))], [false, false, 0]);
});

test("a source that fails while it is let go of bothers nobody", async () => {
  const body = new RequestBody({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error("late")),
      return: () => Promise.reject(new Error("too late")),
    }),
  });
  body.cancel();
  await turn();
  assert.equal(body.more, false);
});

test("a source that failed fails again: what it never gave is no end", async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(0);
    throw new Error("cut off");
  }
  const body = new RequestBody(failing());
  const heard = new Promise<void>((resolve) => body.onceFilled(resolve));
  await heard;
  assert.equal(body.hasFailed, true);
  await assert.rejects(body.fill(), /cut off/);
  await assert.rejects(body.fill(), /cut off/);
});

test("only the last of many who waited in turn for a silent source is told", async () => {
  let give: (() => void) | undefined;
  const body = new RequestBody({
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise((resolve) => {
          give = () => resolve({ done: false, value: new Uint8Array(1) });
        }),
    }),
  });
  let told = 0;
  for (let poll = 0; poll < 1000; poll++) body.onceFilled(() => told++)();
  body.onceFilled(() => told++);
  await turn();
  give?.();
  await turn();
  assert.deepEqual([told, body.atHand], [1, true]);
});
