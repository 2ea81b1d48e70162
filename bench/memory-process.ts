// memory-process.ts: a process that keeps VMs of a function warm: `node --expose-gc memory-process MACHINE IMAGE`.
// For each line "N" on stdin it sees to N warm VMs, and prints what it and its children hold, and what is resident of one guest, in bytes.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Function as FetchFunction } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import { heldMemory } from "./footprint.js";

const MOST_VMS = 64;
/** How often each VM is called before it counts as warm. */
const CALLS = 20;

const [machine, image] = process.argv.slice(2) as [MachineKind, string];
await using fn = await FetchFunction.load(image, { machine, maxVms: MOST_VMS, keepWarm: MOST_VMS });
for await (const line of createInterface({ input: process.stdin })) {
  const vms = Number(line);
  let resident = 0;
  for (let i = 0; i < CALLS; i++) {
    await Promise.all(
      Array.from({ length: vms }, () =>
        fn.fetch("http://localhost/hello", {
          onBill: ({ memoryBytes }) => {
            resident = memoryBytes;
          },
        }),
      ),
    );
    await idle();
  }
  if (fn.vms !== vms) throw new Error(`memory-process: got ${fn.vms} VMs, expected ${vms}`);
  process.stdout.write(`${heldMemory()} ${resident}\n`);
}

/** Every VM has been put back, and garbage is gone. */
async function idle(): Promise<void> {
  await delay(1);
  globalThis.gc?.();
}
