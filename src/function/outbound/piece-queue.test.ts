// piece-queue.test.ts: pieces arrive in order, ends and failures once, and a reader that leaves is told on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PieceQueue } from "./piece-queue.js";

function queue(): { queue: PieceQueue; told: string[] } {
  const told: string[] = [];
  return {
    told,
    queue: new PieceQueue({ onDrained: () => told.push("drained"), onGivenUp: () => told.push("given up") }),
  };
}
const piece = (...bytes: number[]) => Uint8Array.of(...bytes);
const END = { done: true, value: undefined };

test("pieces come in order, then the end", async () => {
  const { queue: pieces } = queue();
  pieces.push(piece(1));
  pieces.push(piece());
  pieces.push(piece(2, 3));
  assert.equal(pieces.bytes, 3);
  pieces.end();
  pieces.push(piece(4));
  const got: number[] = [];
  for await (const next of pieces) got.push(...next);
  assert.deepEqual(got, [1, 2, 3]);
  assert.deepEqual(await pieces.next(), END);
});

test("a reader that waits is told of the next piece, and the socket of the reader", async () => {
  const { queue: pieces, told } = queue();
  const next = pieces.next();
  assert.deepEqual(told, ["drained"]);
  pieces.push(piece(1));
  assert.deepEqual(await next, { done: false, value: piece(1) });
  assert.equal(pieces.bytes, 0);
});

test("a failure takes what waits with it, and is told once", async () => {
  const { queue: pieces } = queue();
  pieces.push(piece(1));
  pieces.fail(new Error("broken"));
  await assert.rejects(pieces.next(), /broken/);
  assert.deepEqual(await pieces.next(), END);
});

test("a failure behind the end still takes what was not read", async () => {
  const { queue: pieces } = queue();
  pieces.push(piece(1));
  pieces.end();
  pieces.fail(new Error("late"));
  await assert.rejects(pieces.next(), /late/);
});

test("a reader that leaves early is told on, one that leaves at the end is not", async () => {
  const early = queue();
  early.queue.push(piece(1));
  assert.deepEqual(await early.queue.return(), END);
  assert.deepEqual(early.told, ["given up"]);
  const late = queue();
  late.queue.end();
  await late.queue.return();
  assert.deepEqual(late.told, []);
});
