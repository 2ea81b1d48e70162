// javascript.ts: JavaScript that computes, inside a function and in the same engine as WebAssembly inside V8.
import { Function as FetchFunction } from "../../src/index.js";
import { type Found, MEMORY_MIB, type Question } from "../context.js";
import { takeTurns } from "../harness.js";
import { sum } from "../statistics.js";
import { callIn, WasmEngine } from "../wasm-engine.js";

/** Loads of functions/compute.ts, and how many rounds of each take about 50 ms: what a call costs drowns in them. */
const LOADS = [
  ["loop", 1500],
  ["JSON", 100],
  ["regular expression", 200],
  ["sort", 60],
  ["string building", 150],
  ["recursion", 180],
] as const;
/** No load may meet a limit. */
const ENOUGH_MS = 60_000;

export const javascript: Question = {
  name: "javascript",
  asks: "how fast does JavaScript compute inside a function, against the same engine as WebAssembly in V8?",
  needsFunctions: true,
  async measure(context) {
    const engine = await WasmEngine.open(await context.handlers.moduleText("compute"));
    using vm = await engine.instance();
    await using fn = await FetchFunction.load(await context.handlers.image("compute"), {
      monitor: context.monitor,
      limits: { memoryMiB: MEMORY_MIB, cpuTimeMs: ENOUGH_MS, wallTimeMs: ENOUGH_MS },
    });
    const ratios: Found[] = [];
    for (const [load, soundRounds] of LOADS) {
      const task = { load, rounds: context.times(soundRounds, Math.ceil(soundRounds / 20)) };
      const results = new Set<number>();
      const { inside, wasm } = await takeTurns<"inside" | "wasm", number>(
        {
          inside: () => timedResult(results, () => computeInside(fn, task)),
          wasm: () => timedResult(results, async () => callIn(vm, "compute", task.load, task.rounds)),
        },
        {
          rounds: context.times(9, 1),
          warmUp: context.times(3, 0), // V8 compiles what runs often a second time
          progress: (done, of) => context.progress(`${load}, round ${done} of ${of}`),
        },
      );
      if (results.size !== 1)
        throw new Error(`${load}: got ${[...results].join(" and ")}, expected one result`);
      // The best of all rounds, as in compute.ts: nothing makes one faster than it is.
      const [ours, theirs] = [Math.min(...inside.flat()), Math.min(...wasm.flat())];
      ratios.push({
        name: `javascript, ${load}`,
        value: theirs / ours,
        unit: "×",
        note: `${theirs.toFixed(1)} ms as WebAssembly, ${ours.toFixed(1)} ms inside`,
      });
    }
    const mean = Math.exp(sum(ratios.map(({ value }) => Math.log(value))) / ratios.length);
    return [
      {
        name: "javascript against WebAssembly",
        value: mean,
        unit: "×",
        bound: { atLeast: 1.4 },
        note: "speed inside ÷ speed in V8's WebAssembly, geometric mean",
      },
      ...ratios,
    ];
  },
};

async function computeInside(fn: FetchFunction, task: { load: string; rounds: number }): Promise<number> {
  const response = await fn.fetch("http://localhost/", { method: "POST", body: JSON.stringify(task) });
  return Number(await response.text());
}

async function timedResult(results: Set<number>, work: () => Promise<number>): Promise<number[]> {
  const start = performance.now();
  results.add(await work());
  return [performance.now() - start];
}
