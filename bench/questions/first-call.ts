// first-call.ts: a call of a function that has no VM: one is made of the snapshot in memory, answers, and is gone before the next call.
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { Function as FetchFunction, Monitor } from "../../src/index.js";
import { MEMORY_MIB, type Question } from "../context.js";
import { takeTurns } from "../harness.js";
import { checkHello, HELLO_URL } from "../hello-calls.js";
import { median, percentile } from "../statistics.js";

/** As a function's own monitor has it, on KVM: without one, making KVM's objects is part of the call. */
const SPARE_VMS = 1;
/** Time for the spare to be made again, ms. */
const PAUSE_MS = 4;

interface Call {
  readonly ms: number;
  /** Making the VM. */
  readonly startMs: number;
}

export const firstCall: Question = {
  name: "first-call",
  asks: "how long does a function's first call take, its VM made of the snapshot?",
  needsFunctions: true,
  async measure(context) {
    const { monitor, machine, handlers } = context;
    const image = await handlers.image("hello");
    const load = (on: Monitor): Promise<FetchFunction> =>
      FetchFunction.load(image, { monitor: on, idleMs: 1, limits: { memoryMiB: MEMORY_MIB } });
    await using withSpare = Monitor.open({ machine, spareVms: SPARE_VMS });
    await using usual = await load(withSpare);
    await using bare = await load(monitor);
    const calls = await takeTurns<"usual" | "bare", Call>(
      {
        usual: () => callWithoutVm(usual, withSpare),
        bare: async () => (machine === "kvm" ? callWithoutVm(bare, monitor) : []),
      },
      {
        rounds: context.times(400, 4),
        warmUp: context.times(100, 1),
        progress: (done, of) => context.progress(`round ${done} of ${of}`),
      },
    );
    const [all, without] = [calls.usual.flat(), calls.bare.flat()];
    const ms = (of: readonly Call[], percent: number): number =>
      percentile(
        of.map((call) => call.ms),
        percent,
      );
    const start = (of: readonly Call[]): string =>
      `making the VM: ${median(of.map(({ startMs }) => startMs)).toFixed(2)} ms of it`;
    const spare = machine === "kvm" ? "; a spare VM of KVM's lies ready" : "";
    return [
      {
        name: "first-call p50",
        value: ms(all, 50),
        unit: "ms",
        bound: { atMost: 2.5 },
        note: `${start(all)}${spare}`,
      },
      { name: "first-call p99", value: ms(all, 99), unit: "ms", bound: { atMost: 5 } },
      ...(without.length === 0
        ? []
        : [
            {
              name: "first-call without a spare p50",
              value: ms(without, 50),
              unit: "ms",
              note: start(without),
            },
            { name: "first-call without a spare p99", value: ms(without, 99), unit: "ms" },
          ]),
    ];
  },
};

/** Once the kernel has given back the last VM, and a spare lies ready: nothing of either shall fall on the call. */
async function callWithoutVm(fn: FetchFunction, { vms }: Monitor): Promise<Call[]> {
  while (vms.size > 0) await nextTurn();
  await delay(PAUSE_MS);
  let startMs = Number.NaN;
  const began = performance.now();
  const response = await fn.fetch(new Request(HELLO_URL), {
    onBill: ({ wallMs }) => {
      startMs = wallMs.start;
    },
  });
  checkHello(await response.text());
  const ms = performance.now() - began;
  while (vms.size > 0) await nextTurn(); // then the bill is there
  return [{ ms, startMs }];
}
