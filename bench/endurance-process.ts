// endurance-process.ts: a process that calls a function that counts its calls: `node --expose-gc endurance-process MACHINE IMAGE`.
// For each line "N" on stdin it makes N calls, one after the other, and prints a `Stand`, its numbers in their order.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Function as FetchFunction } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import { heldDescriptors, heldMemory } from "./footprint.js";

const [machine, image] = process.argv.slice(2) as [MachineKind, string];
await using fn = await FetchFunction.load(image, { machine });
let stale = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  for (let i = Number(line); i > 0; i--) {
    const response = await fn.fetch(new Request("http://localhost/count"));
    if ((await response.text()) !== "1") stale++;
  }
  const ms = performance.now() - start;
  await delay(10); // the last VM is put back
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const stand = [heldMemory(), heapUsed, external, heldDescriptors(), stale, ms];
  process.stdout.write(`${stand.join(" ")}\n`);
}
