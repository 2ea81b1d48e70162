// hypercall.ts: a hypercall's round trip through the monitor, against a C loop that does nothing but KVM_RUN.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_WALLTIME } from "../../src/abi/hypercalls.js";
import { type Image, type Monitor, parseImage } from "../../src/index.js";
import { buildImage, haltCode } from "../../test/support/image-builder.js";
import { type Context, MEMORY_MIB, type Question } from "../context.js";
import { takeTurns, timed } from "../harness.js";
import { NativeProgram } from "../native-program.js";
import { median, medianRatio } from "../statistics.js";

const ROUND_TRIPS = 400;
/** solo5-hvt can only be timed as a process: enough hypercalls that its start drowns in them. */
const SOLO5_ROUND_TRIPS = 20_000;
/** A writable page for the hypercall's result. */
const ARGUMENT = 0x102000;

export const hypercall: Question = {
  name: "hypercall",
  asks: "what does a hypercall's round trip cost, against a bare C loop on the same KVM?",
  async measure(context) {
    const image = parseImage(loopImage(ROUND_TRIPS), "loop.img");
    using bare = new NativeProgram(await context.compile("bench/native/kvm-loop.c"));
    const { ours, c } = await takeTurns<"ours" | "c", number>(
      {
        ours: async () => [await roundTrip(context.monitor, image)],
        c: async () => (await bare.ask(ROUND_TRIPS, 1)).map(([ns]) => ns! / 1e3 / ROUND_TRIPS),
      },
      {
        rounds: context.times(100, 5),
        warmUp: context.times(10, 1),
        progress: (done, of) => context.progress(`round ${done} of ${of}`),
      },
    );
    const solo5 = await solo5RoundTrip(context);
    return [
      {
        name: "hypercall",
        value: median(ours.flat()),
        unit: "µs",
        note: "walltime, answered",
        ...(solo5 === undefined ? {} : { solo5 }),
      },
      { name: "hypercall in bare C", value: median(c.flat()), unit: "µs", note: "KVM_RUN and nothing else" },
      {
        name: "hypercall against bare C",
        value: medianRatio(ours.flat(), c.flat()),
        unit: "×",
        bound: { atMost: 1.15 },
      },
    ];
  },
};

/** The same loop as in kvm-loop.c, `count` times; then a halt. */
function loopImage(count: number): Uint8Array {
  const u32 = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
  const port = HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME;
  const code = Uint8Array.of(
    ...[0xb8, ...u32(ARGUMENT)], // mov eax, ARGUMENT
    ...[0xb9, ...u32(count)], // mov ecx, count
    ...[0xba, ...u32(port)], // mov edx, port
    0xef, // out dx, eax
    ...[0xff, 0xc9], // dec ecx
    ...[0x75, 0xfb], // jnz to the out
    ...haltCode(),
  );
  return buildImage({ code, segments: [{ address: ARGUMENT, memoryBytes: 4096, flags: "rw-" }] });
}

/** From the first exit to the last: as many round trips as the loop has turns. Microseconds each. */
async function roundTrip(monitor: Monitor, image: Image): Promise<number> {
  await using vm = monitor.create(image, { limits: { memoryMiB: MEMORY_MIB } });
  const { reason, message } = await vm.run();
  const { runMs, bootMs, exits } = vm.stats;
  if (reason !== "halt" || exits.get("walltime") !== ROUND_TRIPS)
    throw new Error(`loop.img: got ${reason} (${message}) after ${exits.get("walltime")} hypercalls`);
  return ((runMs - bootMs) * 1e3) / ROUND_TRIPS;
}

async function solo5RoundTrip(context: Context): Promise<number | undefined> {
  const { solo5, scratch } = context;
  if (solo5 === undefined) return undefined;
  context.progress("solo5-hvt");
  const [path, idle] = [join(scratch, "loop.img"), join(scratch, "idle.img")];
  await writeFile(path, loopImage(SOLO5_ROUND_TRIPS + 1));
  await writeFile(idle, loopImage(1));
  const { all, start } = await takeTurns<"all" | "start", number>(
    {
      all: async () => [await timed(() => solo5.run(MEMORY_MIB, path, []))],
      start: async () => [await timed(() => solo5.run(MEMORY_MIB, idle, []))],
    },
    { rounds: context.times(5, 1), warmUp: 1 },
  );
  return median(all.flat().map((ms, i) => ((ms - start.flat()[i]!) * 1e3) / SOLO5_ROUND_TRIPS));
}
