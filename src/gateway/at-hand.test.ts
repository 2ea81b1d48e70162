// at-hand.test.ts: what is there at once, and what is still on its way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyChannel } from "../monitor/exchange/body-channel.js";
import { takeAtHand } from "./at-hand.js";

const piece = (text: string): Uint8Array => Buffer.from(text);

function stream(channel: BodyChannel): AsyncIterator<Uint8Array, void> {
  return channel[Symbol.asyncIterator]();
}

test("a stream that is over is taken whole", async () => {
  const channel = new BodyChannel();
  channel.push(piece("ab"));
  channel.push(piece("c"));
  channel.end();
  const { pieces, length, next } = await takeAtHand(stream(channel), 100);
  assert.deepEqual([Buffer.concat(pieces).toString(), length, next], ["abc", 3, undefined]);
});

test("an empty stream that is over gives nothing", async () => {
  const channel = new BodyChannel();
  channel.end();
  assert.deepEqual(await takeAtHand(stream(channel), 100), { pieces: [], length: 0, next: undefined });
});

test("a stream that goes on later gives what it has, and the next piece when it comes", async () => {
  const channel = new BodyChannel();
  channel.push(piece("ab"));
  const { length, next } = await takeAtHand(stream(channel), 100);
  assert.equal(length, 2);
  channel.push(piece("later"));
  const result = await next;
  assert.equal(result?.done === false && Buffer.from(result.value).toString(), "later");
});

test("no more than enough is taken", async () => {
  const channel = new BodyChannel();
  for (const text of ["abc", "def", "ghi"]) channel.push(piece(text));
  channel.end();
  const { length, next } = await takeAtHand(stream(channel), 4);
  assert.equal(length, 6);
  assert.equal((await next)?.done, false);
});

test("a failure that is there at once is thrown, a later one comes with the next piece", async () => {
  const failed = new BodyChannel();
  failed.push(piece("ab"));
  failed.fail(new Error("broken"));
  await assert.rejects(takeAtHand(stream(failed), 100), /broken/);

  const failing = new BodyChannel();
  const { next } = await takeAtHand(stream(failing), 100);
  failing.fail(new Error("broken later"));
  await assert.rejects(next!, /broken later/);
});
