// function.ts: one call of a hello function in fresh state, against what the kernel and the copy cost anybody, and against other ways to be fresh.
import { Function as FetchFunction, loadImage } from "../../src/index.js";
import { type Context, type Found, MEMORY_MIB, type Question } from "../context.js";
import { againstInstances, againstNode } from "../function-rivals.js";
import { takeTurns } from "../harness.js";
import { callHello } from "../hello-calls.js";
import type { Bound } from "../measurement.js";
import { NativeProgram } from "../native-program.js";
import { median, medianRatio, percentile } from "../statistics.js";

const CALLS_PER_ROUND = 50;
const EXITS = 60;

const MACHINES = {
  kvm: {
    p50: { atMost: 0.2 },
    p99: { atMost: 2 },
    floor: "bench/native/kvm-loop.c",
    overFloor: { atMost: 2 },
  },
  process: {
    p50: { atMost: 0.12 },
    p99: undefined,
    floor: "bench/native/ptrace-loop.c",
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

async function againstFloor(context: Context, fn: FetchFunction, image: string): Promise<Found[]> {
  const { p50, p99, floor, overFloor } = MACHINES[context.machine];
  const bytes = await copiedBytes(context, image);
  const [from, to] = [Buffer.alloc(bytes, 0x5a), Buffer.alloc(bytes, 0xa5)];
  using bare = new NativeProgram(await context.compile(floor));
  const { ours, exit, copy } = await takeTurns<"ours" | "exit" | "copy", number>(
    {
      ours: () => callHello(fn, CALLS_PER_ROUND),
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
      name: "function against a bare exit and copy",
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

function bounded(bound: Bound | undefined): { bound?: Bound } {
  return bound === undefined ? {} : { bound };
}
