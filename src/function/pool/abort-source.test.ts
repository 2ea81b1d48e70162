// abort-source.test.ts: a signal is made for a wait, once, and for nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbortSource } from "./abort-source.js";

test("a signal is made when it is asked for, once", () => {
  let made = 0;
  const source = new AbortSource(() => {
    made++;
    return new AbortController().signal;
  });
  source.throwIfAborted();
  assert.equal(made, 0);
  assert.equal(source.signal, source.signal);
  assert.equal(made, 1);
});

test("a signal that is there is that of the wait, and tells at once that it has aborted", () => {
  const { signal } = new AbortController();
  assert.equal(new AbortSource(signal).signal, signal);
  assert.throws(() => new AbortSource(AbortSignal.abort(new Error("gone"))).throwIfAborted(), /gone/);
});

test("without a source there is no signal", () => {
  const source = new AbortSource(undefined);
  source.throwIfAborted();
  assert.equal(source.signal, undefined);
});
