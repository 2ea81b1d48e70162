// exchange-process.ts: a process that does nothing but exchanges with one VM: `exchange-process MACHINE IMAGE MEMORY-MIB`.
// For each line "N" on stdin it makes N and prints how long each took, in nanoseconds.
import { createInterface } from "node:readline";
import { loadImage, Monitor } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";

const REQUEST = { method: "GET", origin: "http://127.0.0.1", target: "/", headers: [] };

const [machine, path, memoryMiB] = process.argv.slice(2);
await using monitor = Monitor.open({ machine: machine as MachineKind });
await using vm = monitor.create(await loadImage(path!), { limits: { memoryMiB: Number(memoryMiB) } });
for await (const line of createInterface({ input: process.stdin })) {
  const times: number[] = [];
  for (let i = Number(line); i > 0; i--) times.push(await exchange());
  process.stdout.write(`${times.join(" ")}\n`);
}

/** From the request to the last byte of the response, ns. */
async function exchange(): Promise<number> {
  const start = performance.now();
  const { status, body } = await vm.exchange(REQUEST);
  for await (const _piece of body);
  const ns = Math.round((performance.now() - start) * 1e6);
  if (status !== 200) throw new Error(`exchange: got status ${status}, expected 200`);
  return ns;
}
