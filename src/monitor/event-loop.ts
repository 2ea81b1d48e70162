// event-loop.ts: how a VM gives way to the event loop, and a promise to be settled from elsewhere.
import type { Meter } from "./meter.js";

/** Lets the event loop and other VMs have their turn. */
export async function giveWay(meter: Meter): Promise<void> {
  const before = performance.now();
  await new Promise((resolve) => setImmediate(resolve));
  meter.beginSlice(performance.now() - before);
}

/** A promise and how to settle it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
