// waiting-line.test.ts: who waits for a VM waits in order, and no longer than bounds and signal allow.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { FunctionBusyError } from "../busy-error.js";
import { WaitingLine } from "./waiting-line.js";

test("the first to come is the first to be served", async () => {
  const line = new WaitingLine<number>({ length: 3, ms: 60_000 });
  const waiting = [line.enter(), line.enter()];
  assert.equal(line.next(1), true);
  assert.equal(line.next(2), true);
  assert.equal(line.next(3), false);
  assert.deepEqual(await Promise.all(waiting), [1, 2]);
});

test("a line that is full says when to come again", async () => {
  const line = new WaitingLine<number>({ length: 1, ms: 2500 });
  const waiting = line.enter();
  assert.throws(
    () => line.enter(),
    (error) => {
      assert.ok(error instanceof FunctionBusyError);
      assert.deepEqual(
        [error.code, error.reason, error.retryAfterSeconds],
        ["FUNCTION_BUSY", "queue-full", 3],
      );
      return true;
    },
  );
  line.next(1);
  await waiting;
});

test("a wait that is too long ends, and those behind it wait on", async () => {
  const line = new WaitingLine<number>({ length: 3, ms: 30 });
  const first = line.enter();
  await assert.rejects(first, { code: "FUNCTION_BUSY", reason: "queue-time" });
  const second = line.enter();
  assert.equal(line.next(2), true);
  assert.equal(await second, 2);
  assert.equal(line.size, 0);
});

test("a signal that aborts takes its waiter out, and is let go of by one that was served", async () => {
  const line = new WaitingLine<number>({ length: 3, ms: 60_000 });
  const [gone, stays] = [new AbortController(), new AbortController()];
  const [first, second] = [line.enter(gone.signal), line.enter(stays.signal)];
  gone.abort(new Error("gone"));
  await assert.rejects(first, /gone/);
  assert.equal(line.size, 1);
  line.next(7);
  assert.equal(await second, 7);
  assert.equal(getEventListeners(stays.signal, "abort").length, 0);
});
