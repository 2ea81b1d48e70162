// body-channel.test.ts: one writer, one reader: order, waiting on either side, ends and failures at any moment.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { BodyChannel } from "./body-channel.js";

const HIGH_WATER = 256 * 1024;
const bytes = (text: string) => Buffer.from(text);

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const marker = Symbol("pending");
  return (await Promise.race([promise, turn(marker)])) === marker;
}

async function readAll(channel: BodyChannel): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of channel) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test("pieces come in order, before or after the reader asks", async () => {
  const channel = new BodyChannel();
  channel.push(bytes("a"));
  const all = readAll(channel);
  await turn();
  channel.push(bytes("b"));
  channel.push(bytes(""));
  channel.push(bytes("c"));
  await turn();
  channel.end();
  assert.equal(await all, "abc");
});

test("an ended body can still be read, and then once more as an empty one", async () => {
  const channel = new BodyChannel();
  channel.push(bytes("late"));
  channel.end();
  assert.equal(await readAll(channel), "late");
  assert.equal(await readAll(channel), "");
});

test("the writer waits when enough is unread, and goes on when it was read", async () => {
  const channel = new BodyChannel();
  assert.equal(channel.push(new Uint8Array(HIGH_WATER - 1)), undefined);
  const full = channel.push(new Uint8Array(1));
  assert.ok(full instanceof Promise && (await isPending(full)));
  const reader = channel[Symbol.asyncIterator]();
  await reader.next();
  await full;
});

test("the writer waits for many pieces, too, however small they are", async () => {
  const channel = new BodyChannel();
  let pushed = 1;
  while (channel.push(new Uint8Array(1)) === undefined) pushed++;
  assert.equal(pushed, 256);
  const full = channel.push(new Uint8Array(1));
  assert.ok(full instanceof Promise);
  const reader = channel[Symbol.asyncIterator]();
  await reader.next();
  assert.ok(await isPending(full), "one too many are unread");
  await reader.next();
  await full;
});

test("a piece as large as can be is taken whole", async () => {
  const channel = new BodyChannel();
  const full = channel.push(new Uint8Array(4 * HIGH_WATER));
  const reader = channel[Symbol.asyncIterator]();
  assert.equal((await reader.next()).value?.length, 4 * HIGH_WATER);
  await full;
});

test("a failure comes after what was delivered before it", async () => {
  const channel = new BodyChannel();
  channel.push(bytes("a"));
  channel.fail(new Error("it died"));
  const reader = channel[Symbol.asyncIterator]();
  assert.equal(Buffer.from((await reader.next()).value!).toString(), "a");
  await assert.rejects(reader.next(), /it died/);
  assert.equal((await reader.next()).done, true);
});

test("a failure reaches a reader that waits, and lets a writer go that waits", async () => {
  const waiting = new BodyChannel();
  const read = waiting[Symbol.asyncIterator]().next();
  await turn();
  waiting.fail(new Error("it died"));
  await assert.rejects(read, /it died/);

  const full = new BodyChannel();
  const written = full.push(new Uint8Array(HIGH_WATER));
  full.fail(new Error("it died"));
  await written;
});

test("a failure behind the end is none", async () => {
  const channel = new BodyChannel();
  channel.push(bytes("whole"));
  channel.end();
  channel.fail(new Error("too late"));
  assert.equal(await readAll(channel), "whole");
});

test("when the reader leaves, a writer that waits goes on, and later pieces are dropped", async () => {
  const channel = new BodyChannel();
  channel.push(bytes("first"));
  const full = channel.push(new Uint8Array(HIGH_WATER));
  for await (const piece of channel) {
    assert.equal(Buffer.from(piece).toString(), "first");
    break;
  }
  await full;
  for (let i = 0; i < 10; i++) assert.equal(channel.push(new Uint8Array(HIGH_WATER)), undefined);
  channel.end();
});

test("a reader that leaves, before or after it began, lets the writer go on", async () => {
  for (const read of [0, 1]) {
    const channel = new BodyChannel();
    channel.push(new Uint8Array(1));
    const full = channel.push(new Uint8Array(2 * HIGH_WATER));
    const reader = channel[Symbol.asyncIterator]();
    for (let piece = 0; piece < read; piece++) await reader.next();
    await reader.return?.();
    await full;
    assert.equal(channel.isOver, true);
    assert.equal(channel.push(new Uint8Array(2 * HIGH_WATER)), undefined);
  }
});
