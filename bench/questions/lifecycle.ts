// lifecycle.ts: how long does a virtual machine live, step by step, in a warm process, and how long must it on this KVM?
import type { Image, Monitor, Vm } from "../../src/index.js";
import type { MachineKind } from "../../src/machine/machine.js";
import { type Context, type Found, MEMORY_MIB, type Question } from "../context.js";
import { takeTurns } from "../harness.js";
import type { Bound } from "../measurement.js";
import { NativeProgram } from "../native-program.js";
import { median, medianRatio, percentile } from "../statistics.js";

/** Steps of a life in their order, ms. `run` is what follows the guest's first exit. */
const STEPS = ["create", "load", "boot", "run", "close"] as const;
type Life = Readonly<Record<(typeof STEPS)[number] | "total", number>>;

const LIVES_PER_ROUND = 25;
const REQUEST = { method: "GET", origin: "http://127.0.0.1", target: "/", headers: [] };
const LIMITS = { memoryMiB: MEMORY_MIB, wallTimeMs: 1000, cpuTimeMs: 1000 };
const BOUNDS: Readonly<Record<MachineKind, { p50?: Bound; p99?: Bound }>> = {
  kvm: { p50: { atMost: 1.5 }, p99: { atMost: 5 } },
  process: { p50: { atMost: 5 } },
};
/** Makes the image "console" write one line and halt: two exits. */
const ONE_LINE = ["14", "14"];

export const lifecycle: Question = {
  name: "lifecycle",
  asks: "create, boot, hello, close: how long does a virtual machine live, and how long must it on this KVM?",
  async measure(context) {
    const { monitor } = context;
    const [hello, line] = [await context.image("hello"), await context.image("console")];
    using bare = await bareLives(context);
    const lives = await takeTurns<"request" | "line" | "bare", Life>(
      {
        request: () => liveMany(monitor, hello, [], answerRequest),
        line: () => liveMany(monitor, line, ONE_LINE, runToHalt),
        bare: async () => ((await bare?.ask(LIVES_PER_ROUND, LIVES_PER_ROUND)) ?? []).map(fromNanoseconds),
      },
      {
        rounds: context.times(60, 2),
        warmUp: context.times(8, 1),
        progress: (done, of) =>
          context.progress(`${done * LIVES_PER_ROUND} lives of ${of * LIVES_PER_ROUND}`),
      },
    );
    const answered = lives.request.flat().map(({ total, close }) => total - close);
    return [
      ...report(
        "lifecycle",
        lives.request.flat(),
        "a request answered by hello.img",
        BOUNDS[context.machine],
      ),
      { name: "lifecycle: answered p50", value: percentile(answered, 50), unit: "ms", note: "all but close" },
      { name: "lifecycle: answered p99", value: percentile(answered, 99), unit: "ms" },
      ...report("lifecycle to halt", lives.line.flat(), "one line on the console, then halt", {}),
      ...(bare === undefined ? [] : againstBare(lives.line, lives.bare)),
    ];
  },
};

/** On KVM alone: a process machine's life has no floor that a loop of a few calls could show. */
async function bareLives(context: Context): Promise<NativeProgram | undefined> {
  if (context.machine !== "kvm") return undefined;
  const program = await context.compile("bench/native/kvm-life.c");
  return new NativeProgram(program, [context.imagePath("console"), ONE_LINE.join(" ")]);
}

function againstBare(line: readonly (readonly Life[])[], bare: readonly (readonly Life[])[]): Found[] {
  return [
    ...report("lifecycle in bare C", bare.flat(), "the same image: the floor of this KVM", {}),
    {
      name: "lifecycle to halt against bare C",
      value: medianRatio(line.map(medianTotal), bare.map(medianTotal)),
      unit: "×",
      note: "what the monitor adds, limits and memory protection included",
    },
  ];
}

async function answerRequest(vm: Vm): Promise<void> {
  const { status, body } = await vm.exchange(REQUEST);
  for await (const _piece of body);
  if (status !== 200) throw new Error(`hello.img: got status ${status}, expected 200`);
}

async function runToHalt(vm: Vm): Promise<void> {
  const { reason, message } = await vm.run();
  if (reason !== "halt") throw new Error(`console.img: got ${reason} (${message}), expected halt`);
}

async function liveMany(
  monitor: Monitor,
  image: Image,
  args: readonly string[],
  task: (vm: Vm) => Promise<void>,
): Promise<Life[]> {
  const lives: Life[] = [];
  for (let i = 0; i < LIVES_PER_ROUND; i++) lives.push(await live(monitor, image, args, task));
  return lives;
}

async function live(
  monitor: Monitor,
  image: Image,
  args: readonly string[],
  task: (vm: Vm) => Promise<void>,
): Promise<Life> {
  const start = performance.now();
  const vm = monitor.create(image, { args, limits: LIMITS });
  const created = performance.now();
  await task(vm);
  const done = performance.now();
  await vm.close();
  const end = performance.now();
  const { loadMs, bootMs } = vm.stats;
  return {
    create: created - start - loadMs,
    load: loadMs,
    boot: bootMs,
    run: done - created - bootMs,
    close: end - done,
    total: end - start,
  };
}

function fromNanoseconds(line: readonly number[]): Life {
  const [create = Number.NaN, load = Number.NaN, boot = Number.NaN, run = Number.NaN, close = Number.NaN] =
    line.map((ns) => ns / 1e6);
  return { create, load, boot, run, close, total: create + load + boot + run + close };
}

function medianTotal(lives: readonly Life[]): number {
  return median(lives.map(({ total }) => total));
}

function report(
  name: string,
  lives: readonly Life[],
  note: string,
  bounds: { p50?: Bound; p99?: Bound },
): Found[] {
  const totals = lives.map(({ total }) => total);
  return [
    { name: `${name} p50`, value: percentile(totals, 50), unit: "ms", note, ...bounded(bounds.p50) },
    { name: `${name} p99`, value: percentile(totals, 99), unit: "ms", ...bounded(bounds.p99) },
    ...STEPS.map((step) => ({
      name: `${name}: ${step} p50`,
      value: median(lives.map((life) => life[step])),
      unit: "ms",
    })),
  ];
}

function bounded(bound: Bound | undefined): { bound?: Bound } {
  return bound === undefined ? {} : { bound };
}
