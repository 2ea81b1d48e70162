// function.ts: one call of a hello function in fresh state, against what the kernel and the copy cost anybody, and against other ways to be fresh.
import { Function as FetchFunction, loadImage } from "../../src/index.js";
import { type Context, type Found, MEMORY_MIB, type Question } from "../context.js";
import { callInProcess, callInWorker } from "../disposable-node.js";
import { takeTurns } from "../harness.js";
import type { Bound } from "../measurement.js";
import { NativeProgram } from "../native-program.js";
import { median, medianRatio, percentile } from "../statistics.js";
import { fetchIn, WasmEngine } from "../wasm-engine.js";

const URL_ASKED = "http://localhost/hello";
const ANSWER = "Hello, world!\n";
const CALLS_PER_ROUND = 50;
/** Beside contestants that take longer. */
const FEW_CALLS = 20;
const INSTANCES = 4;
const EXITS = 60;

const MACHINES = {
  kvm: {
    p50: { atMost: 0.2 },
    p99: { atMost: 2 },
    floor: "bench/native/kvm-loop.c",
    floorName: "function against a bare exit and copy",
    overFloor: { atMost: 2 },
  },
  process: {
    p50: { atMost: 0.12 },
    p99: undefined,
    floor: "bench/native/ptrace-loop.c",
    floorName: "function against a bare exit and copy",
    overFloor: undefined,
  },
} as const;

export const functionCall: Question = {
  name: "function",
  asks: "how long does a call of a function in fresh state take, against its floor and against other ways to be fresh?",
  needsFunctions: true,
  async measure(context) {
    const image = await context.handlers.image("hello");
    await using fn = await FetchFunction.load(image, {
      monitor: context.monitor,
      limits: { memoryMiB: MEMORY_MIB },
    });
    return [
      ...(await againstFloor(context, fn, image)),
      ...(await againstInstances(context, fn)),
      ...(await againstNode(context, fn)),
    ];
  },
};

/** Calls back to back: each pays for the reset behind the one before. ms. */
async function callMany(fn: FetchFunction, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const response = await fn.fetch(new Request(URL_ASKED));
    check(await response.text());
    times.push(performance.now() - start);
  }
  return times;
}

async function againstFloor(context: Context, fn: FetchFunction, image: string): Promise<Found[]> {
  const { p50, p99, floor, floorName, overFloor } = MACHINES[context.machine];
  const bytes = await copiedBytes(context, image);
  const [from, to] = [Buffer.alloc(bytes, 0x5a), Buffer.alloc(bytes, 0xa5)];
  using bare = new NativeProgram(await context.compile(floor));
  const { ours, exit, copy } = await takeTurns<"ours" | "exit" | "copy", number>(
    {
      ours: () => callMany(fn, CALLS_PER_ROUND),
      exit: async () => (await bare.ask(EXITS, 1)).map(([ns]) => ns! / 1e6 / EXITS),
      copy: async () => copyMany(from, to, CALLS_PER_ROUND),
    },
    {
      rounds: context.times(100, 2),
      warmUp: context.times(100, 1), // V8 takes some thousand calls to settle
      progress: (done, of) => context.progress(`${done * CALLS_PER_ROUND} calls of ${of * CALLS_PER_ROUND}`),
    },
  );
  const least = exit.map((times, i) => median(times) + median(copy[i]!));
  const [exitUs, copyUs] = [exit, copy].map((rounds) => Math.round(median(rounds.flat()) * 1e3));
  return [
    {
      name: "function p50",
      value: percentile(ours.flat(), 50),
      unit: "ms",
      note: "hello; Request in, text of the Response out, reset",
      ...bounded(p50),
    },
    { name: "function p99", value: percentile(ours.flat(), 99), unit: "ms", ...bounded(p99) },
    {
      name: floorName,
      value: medianRatio(ours.map(median), least),
      unit: "×",
      note: `an exit in bare C, ${exitUs} µs, and a copy of ${Math.round(bytes / 1024)} KiB, ${copyUs} µs`,
      ...bounded(overFloor),
    },
  ];
}

/** A function's snapshot as its own start takes it; what a reset copies of it. */
async function copiedBytes({ monitor }: Context, path: string): Promise<number> {
  await using vm = monitor.create(await loadImage(path), { limits: { memoryMiB: MEMORY_MIB } });
  return (await vm.snapshot()).resetBytes;
}

function copyMany(from: Uint8Array, to: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    to.set(from);
    return performance.now() - start;
  });
}

async function againstInstances(context: Context, fn: FetchFunction): Promise<Found[]> {
  const engine = await WasmEngine.open(await context.handlers.moduleText("hello"));
  const restore = await engine.snapshot();
  const request = { method: "GET", url: URL_ASKED };
  const instances = async (make: () => Promise<Parameters<typeof fetchIn>[0]>): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < INSTANCES; i++) {
      const start = performance.now();
      using vm = await make();
      check(await fetchIn(vm, request));
      times.push(performance.now() - start);
    }
    return times;
  };
  const { ours, fresh, restored } = await takeTurns<"ours" | "fresh" | "restored", number>(
    {
      ours: () => callMany(fn, FEW_CALLS),
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

async function againstNode(context: Context, fn: FetchFunction): Promise<Found[]> {
  const task = { module: context.handlers.modulePath("hello"), method: "GET", url: URL_ASKED };
  const once = async (call: typeof callInWorker): Promise<number[]> => {
    const { text, ms } = await call(task);
    check(text);
    return [ms];
  };
  const { ours, worker, node } = await takeTurns<"ours" | "worker" | "node", number>(
    {
      ours: () => callMany(fn, FEW_CALLS),
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
    ...bounded(bound),
  };
}

function check(text: string): void {
  if (text !== ANSWER)
    throw new Error(`hello: got ${JSON.stringify(text)}, expected ${JSON.stringify(ANSWER)}`);
}

function bounded(bound: Bound | undefined): { bound?: Bound } {
  return bound === undefined ? {} : { bound };
}
