// fetch-process.ts: a process that calls a function by the library: `fetch-process MACHINE IMAGE`.
// For each line "N" on stdin it makes N calls, one after the other, and prints how long they took, in ms.
import { createInterface } from "node:readline";
import { Function as FetchFunction } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import { callHello } from "./hello-calls.js";

const [machine, image] = process.argv.slice(2) as [MachineKind, string];
await using fn = await FetchFunction.load(image, { machine });
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await callHello(fn, Number(line));
  process.stdout.write(`${performance.now() - start}\n`);
}
