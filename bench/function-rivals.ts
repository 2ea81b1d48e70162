// function-rivals.ts: other ways to answer each call in fresh state, taking turns with a function's calls.
import type { Function as FetchFunction } from "../src/index.js";
import type { Context, Found } from "./context.js";
import { callInProcess, callInWorker } from "./disposable-node.js";
import { takeTurns } from "./harness.js";
import { callHello, checkHello, HELLO_URL } from "./hello-calls.js";
import type { Bound } from "./measurement.js";
import { median, medianRatio } from "./statistics.js";
import { fetchIn, WasmEngine } from "./wasm-engine.js";

/** Beside contestants that take longer. */
const FEW_CALLS = 20;
const INSTANCES = 4;

/** A new instance of the functions' engine for each call, in this process: no VM at all. */
export async function againstInstances(context: Context, fn: FetchFunction): Promise<Found[]> {
  const engine = await WasmEngine.open(await context.handlers.moduleText("hello"));
  const restore = await engine.snapshot();
  const request = { method: "GET", url: HELLO_URL };
  const instances = async (make: () => Promise<Parameters<typeof fetchIn>[0]>): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < INSTANCES; i++) {
      const start = performance.now();
      using vm = await make();
      checkHello(await fetchIn(vm, request));
      times.push(performance.now() - start);
    }
    return times;
  };
  const { ours, fresh, restored } = await takeTurns<"ours" | "fresh" | "restored", number>(
    {
      ours: () => callHello(fn, FEW_CALLS),
      fresh: () => instances(() => engine.instance()),
      restored: () => instances(restore),
    },
    {
      rounds: context.times(50, 1),
      warmUp: context.times(20, 1), // V8 compiles the engine's functions a second time when they are used
      progress: (done, of) => context.progress(`quickjs-wasi, round ${done} of ${of}`),
    },
  );
  return [
    faster(
      "function against a fresh quickjs-wasi",
      fresh,
      ours,
      { atLeast: 5 },
      "instance, handler's bytecode, call; no web API",
    ),
    faster(
      "function against a restored quickjs-wasi",
      restored,
      ours,
      undefined,
      "its own snapshot, then the call",
    ),
  ];
}

/** A new Node.js for each call. */
export async function againstNode(context: Context, fn: FetchFunction): Promise<Found[]> {
  const task = { module: context.handlers.modulePath("hello"), method: "GET", url: HELLO_URL };
  const once = async (call: typeof callInWorker): Promise<number[]> => {
    const { text, ms } = await call(task);
    checkHello(text);
    return [ms];
  };
  const { ours, worker, node } = await takeTurns<"ours" | "worker" | "node", number>(
    {
      ours: () => callHello(fn, FEW_CALLS),
      worker: () => once(callInWorker),
      node: () => once(callInProcess),
    },
    {
      rounds: context.times(20, 1),
      warmUp: context.times(2, 0),
      progress: (done, of) => context.progress(`worker and process, round ${done} of ${of}`),
    },
  );
  return [
    faster("function against a worker", worker, ours, { atLeast: 50 }, "worker_threads, one for each call"),
    faster("function against a Node process", node, ours, { atLeast: 200 }, "one for each call"),
  ];
}

type RoundsOf = readonly (readonly number[])[];

function faster(
  name: string,
  theirs: RoundsOf,
  ours: RoundsOf,
  bound: Bound | undefined,
  note: string,
): Found {
  const [they, we] = [theirs, ours].map((rounds) => median(rounds.flat()));
  return {
    name,
    value: medianRatio(theirs.map(median), ours.map(median)),
    unit: "×",
    note: `${they!.toFixed(2)} ms against ${we!.toFixed(2)}: ${note}`,
    ...(bound === undefined ? {} : { bound }),
  };
}
