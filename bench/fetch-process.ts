// fetch-process.ts: a process that calls a function by the library: `fetch-process MACHINE IMAGE`.
// For each line "N M" on stdin it makes N calls, M at a time, and prints how long all took, and each, in ms.
import { createInterface } from "node:readline";
import { Function as FetchFunction } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import { callHelloAtOnce } from "./hello-calls.js";

const [machine, image] = process.argv.slice(2) as [MachineKind, string];
await using fn = await FetchFunction.load(image, { machine });
for await (const line of createInterface({ input: process.stdin })) {
  const [count = 0, atOnce = 1] = line.split(" ").map(Number);
  const start = performance.now();
  const times = await callHelloAtOnce(fn, count, atOnce);
  process.stdout.write(`${performance.now() - start} ${times.join(" ")}\n`);
}
