// compute.ts: the same C loops inside a virtual machine and as a program of the host: integers, doubles, memory.
import { programFlags } from "../../src/build/flags.js";
import { ConsoleCollector, type Image, type Monitor } from "../../src/index.js";
import { MEMORY_MIB, type Question } from "../context.js";
import { takeTurns } from "../harness.js";
import { runProgram } from "../native-program.js";
import { sum } from "../statistics.js";

/** The loops of guest/apps/compute, by the names that it prints. */
const LOOPS = ["integer", "double", "memory"] as const;
type Times = Readonly<Record<(typeof LOOPS)[number], number>>;

/** Each loop once to warm up, and once that counts. */
const ONE_ROUND = ["1"];

/** What makes a program freestanding, or puts the canary where a program of the host has none. */
const GUEST_ONLY = ["-ffreestanding", "-nostdinc", "-mstack-protector-guard=global"];

export const compute: Question = {
  name: "compute",
  asks: "how fast does a guest compute, against the same code outside?",
  async measure(context) {
    const image = await context.image("compute");
    const flags = programFlags.filter((flag) => !GUEST_ONLY.includes(flag));
    const program = await context.compile("guest/apps/compute/compute.c", [...flags, "-no-pie"]);
    const rounds = await takeTurns<"outside" | "inside", Times>(
      {
        outside: async () => [parseTimes(await runProgram(program, ONE_ROUND))],
        inside: async () => [parseTimes(await runInside(context.monitor, image))],
      },
      {
        rounds: context.times(9, 1),
        warmUp: 0, // each program warms itself up
        progress: (done, of) => context.progress(`round ${done} of ${of}`),
      },
    );
    const outside = bestTimes(rounds.outside.flat());
    const inside = bestTimes(rounds.inside.flat());
    const loops = LOOPS.map((loop) => ({
      name: `compute, ${loop}`,
      value: outside[loop] / inside[loop],
      unit: "×",
      note: `${outside[loop].toFixed(1)} ms outside, ${inside[loop].toFixed(1)} ms inside`,
    }));
    return [
      {
        name: "compute against native",
        value: total(outside) / total(inside),
        unit: "×",
        bound: { atLeast: 0.98 },
        note: "speed inside ÷ speed outside, all three loops",
      },
      ...loops,
    ];
  },
};

/** The best of all rounds: a loop takes long enough that other programs fall into many of them, and none makes it faster. */
function bestTimes(rounds: readonly Times[]): Times {
  const [integer, double, memory] = LOOPS.map((loop) => Math.min(...rounds.map((times) => times[loop])));
  return { integer: integer!, double: double!, memory: memory! };
}

async function runInside(monitor: Monitor, image: Image): Promise<string> {
  const output = new ConsoleCollector(1024);
  const limits = { memoryMiB: MEMORY_MIB };
  await using vm = monitor.create(image, { args: ONE_ROUND, limits, console: output.sink });
  await vm.run();
  return output.text();
}

/** "integer NS double NS memory NS sum S" */
function parseTimes(output: string): Times {
  const match = /integer (\d+) double (\d+) memory (\d+) sum/.exec(output);
  if (match === null) throw new Error(`compute: got ${JSON.stringify(output)}, expected three times`);
  const [integer, double, memory] = match.slice(1).map((ns) => Number(ns) / 1e6);
  return { integer: integer!, double: double!, memory: memory! };
}

function total(times: Times): number {
  return sum(LOOPS.map((loop) => times[loop]));
}
