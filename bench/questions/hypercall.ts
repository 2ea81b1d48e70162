// hypercall.ts: a hypercall's round trip through the monitor, against a C loop that does nothing but let the guest run on.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Monitor, parseImage } from "../../src/index.js";
import { type Context, MEMORY_MIB, type Question } from "../context.js";
import { takeTurns, timed } from "../harness.js";
import { haltingLoop, markedLoop } from "../loop-guest.js";
import { NativeProgram } from "../native-program.js";
import { median, medianRatio } from "../statistics.js";

/** Few enough that a batch is over before the kernel gives the CPU to somebody else. */
const BATCH = 60;
/** solo5-hvt can only be timed as a process: enough hypercalls that its start drowns in them. */
const SOLO5_BATCH = 20_000;

/** What a round trip is judged by: the least that the kernel makes anybody pay for it. */
const FLOORS = {
  kvm: { program: "bench/native/kvm-loop.c", atMost: 1.15, note: "KVM_RUN and nothing else" },
  process: {
    program: "bench/native/ptrace-loop.c",
    atMost: 1.5,
    note: "ptrace and waitpid and nothing else",
  },
} as const;

export const hypercall: Question = {
  name: "hypercall",
  asks: "what does a hypercall's round trip cost, against a bare C loop on the same kernel?",
  async measure(context) {
    const floor = FLOORS[context.machine];
    using bare = new NativeProgram(await context.compile(floor.program));
    await using loop = new HypercallLoop(context.monitor);
    const { ours, c } = await takeTurns<"ours" | "c", number>(
      {
        ours: async () => [await loop.batch()],
        c: async () => (await bare.ask(BATCH + 1, 1)).map(([ns]) => ns! / 1e3 / (BATCH + 1)),
      },
      {
        rounds: context.times(600, 5),
        warmUp: context.times(400, 1), // V8 takes some twenty thousand hypercalls to settle
        progress: (done, of) => context.progress(`batch ${done} of ${of}`),
      },
    );
    const solo5 = await solo5RoundTrip(context);
    return [
      {
        name: "hypercall",
        value: median(ours.flat()),
        unit: "µs",
        note: "walltime, answered",
        ...(solo5 === undefined
          ? {}
          : {
              solo5,
              note: "walltime, answered; solo5-hvt's guest is at CPL 0, which a software KVM emulates",
            }),
      },
      { name: "hypercall in bare C", value: median(c.flat()), unit: "µs", note: floor.note },
      {
        name: "hypercall against bare C",
        value: medianRatio(ours.flat(), c.flat()),
        unit: "×",
        bound: { atMost: floor.atMost },
      },
    ];
  },
};

/** A VM that makes a batch of hypercalls, marks its start and its end on the console, and waits there until the next. */
class HypercallLoop implements AsyncDisposable {
  readonly #close: () => Promise<void>;
  #start = 0;
  /** Lets the guest, which stands at a batch's end, go on. */
  #resume: () => void = () => {};
  #ended: (microseconds: number) => void = () => {};
  #marks = 0;

  constructor(monitor: Monitor) {
    const image = parseImage(markedLoop(BATCH), "loop.img");
    const limits = { memoryMiB: MEMORY_MIB };
    const vm = monitor.create(image, { limits, console: () => this.#mark() });
    this.#close = () => vm.close();
    this.#resume = () => void vm.run();
  }

  /** Microseconds of one round trip, the mean of a batch. */
  batch(): Promise<number> {
    return new Promise((resolve) => {
      this.#ended = resolve;
      this.#resume();
    });
  }

  #mark(): void | Promise<void> {
    const now = performance.now();
    if (this.#marks++ % 2 === 0) {
      this.#start = performance.now();
      return;
    }
    // From mark to mark lies a batch of round trips, and the one of the mark itself.
    this.#ended(((now - this.#start) * 1e3) / (BATCH + 1));
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#resume();
    await this.#close();
  }
}

async function solo5RoundTrip(context: Context): Promise<number | undefined> {
  const { hvt, scratch } = context;
  if (hvt === undefined) return undefined;
  context.progress("solo5-hvt");
  const [path, idle] = [join(scratch, "loop.img"), join(scratch, "idle.img")];
  await writeFile(path, haltingLoop(SOLO5_BATCH + 1));
  await writeFile(idle, haltingLoop(1));
  const { all, start } = await takeTurns<"all" | "start", number>(
    {
      all: async () => [await timed(() => hvt.run(MEMORY_MIB, path, []))],
      start: async () => [await timed(() => hvt.run(MEMORY_MIB, idle, []))],
    },
    { rounds: context.times(5, 1), warmUp: 1 },
  );
  return median(all.flat().map((ms, i) => ((ms - start.flat()[i]!) * 1e3) / SOLO5_BATCH));
}
