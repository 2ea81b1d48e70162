// first-call.ts: a call of a function that has no VM: one is made of the snapshot in memory, answers, and is gone before the next call.
import { setImmediate as nextTurn } from "node:timers/promises";
import { Function as FetchFunction, type Monitor } from "../../src/index.js";
import { MEMORY_MIB, type Question } from "../context.js";
import { median, percentile } from "../statistics.js";

export const firstCall: Question = {
  name: "first-call",
  asks: "how long does a function's first call take, its VM made of the snapshot?",
  needsFunctions: true,
  async measure(context) {
    const { monitor } = context;
    await using fn = await FetchFunction.load(await context.handlers.image("hello"), {
      monitor,
      warmVms: 0,
      limits: { memoryMiB: MEMORY_MIB },
    });
    const warmUp = context.times(100, 2);
    const total = warmUp + context.times(600, 5);
    const times: number[] = [];
    const starts: number[] = [];
    for (let i = 0; i < total; i++) {
      if (i % 50 === 0) context.progress(`call ${i} of ${total}`);
      await everyVmClosed(monitor);
      let startMs = 0;
      const began = performance.now();
      const response = await fn.fetch(new Request("http://localhost/hello"), {
        onBill: ({ wallMs }) => {
          startMs = wallMs.start;
        },
      });
      await response.text();
      const ms = performance.now() - began;
      await everyVmClosed(monitor); // then the bill is there
      if (i < warmUp) continue;
      times.push(ms);
      starts.push(startMs);
    }
    return [
      {
        name: "first-call p50",
        value: percentile(times, 50),
        unit: "ms",
        bound: { atMost: 2.5 },
        note: `making the VM: ${median(starts).toFixed(2)} ms of it`,
      },
      { name: "first-call p99", value: percentile(times, 99), unit: "ms", bound: { atMost: 5 } },
    ];
  },
};

/** A VM that closes still works for the kernel: nothing of it shall fall on the next call. */
async function everyVmClosed({ vms }: Monitor): Promise<void> {
  while (vms.size > 0) await nextTurn();
}
