// exchange.ts: one request and its response between a warm monitor and a guest that waits for it: no HTTP, no new VM.
import { join } from "node:path";
import { currentCpu, keepOn, newCpuSet, onlyCpu, readAllowed } from "../../src/linux/affinity.js";
import { MEMORY_MIB, packageRoot, type Question } from "../context.js";
import { takeTurns } from "../harness.js";
import { NativeProgram } from "../native-program.js";
import { percentile } from "../statistics.js";

const EXCHANGES_PER_ROUND = 500;

export const exchange: Question = {
  name: "exchange",
  asks: "how long does one exchange with a waiting guest take, on one CPU and wherever the kernel puts it?",
  async measure(context) {
    const { machine } = context;
    const program = join(packageRoot, "dist", "bench", "exchange-process.js");
    const args = [program, machine, context.imagePath("hello"), String(MEMORY_MIB)];
    const start = (): NativeProgram => new NativeProgram(process.execPath, args);
    using pinned = onThisCpu(start);
    using free = start();
    const times = await takeTurns<"pinned" | "free", number>(
      {
        pinned: async () => (await pinned.ask(EXCHANGES_PER_ROUND, 1))[0]!,
        free: async () => (await free.ask(EXCHANGES_PER_ROUND, 1))[0]!,
      },
      {
        rounds: context.times(20, 1),
        warmUp: context.times(40, 1), // V8 takes some twenty thousand exchanges to settle
        progress: (done, of) => context.progress(`round ${done} of ${of}`),
      },
    );
    const microseconds = (name: keyof typeof times, percent: number): number =>
      percentile(times[name].flat(), percent) / 1e3;
    return [
      {
        name: "exchange, one CPU, p50",
        value: microseconds("pinned", 50),
        unit: "µs",
        note: "hello.img; monitor and guest on one CPU",
        ...(machine === "process" ? { bound: { atMost: 20 } } : {}),
      },
      { name: "exchange, one CPU, p99", value: microseconds("pinned", 99), unit: "µs" },
      {
        name: "exchange p50",
        value: microseconds("free", 50),
        unit: "µs",
        ...(machine === "process" ? { note: "the monitor is brought to the guest's CPU for each turn" } : {}),
      },
    ];
  },
};

/** Starts a process that may use no CPU but this thread's: a process inherits what the thread that starts it may use. */
function onThisCpu<Started>(start: () => Started): Started {
  const allowed = newCpuSet();
  readAllowed(allowed);
  keepOn(0, onlyCpu(currentCpu()));
  try {
    return start();
  } finally {
    keepOn(0, allowed);
  }
}
