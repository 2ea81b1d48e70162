// memory.ts: what one more warm VM of a function costs the host while nobody calls it.
import { join } from "node:path";
import { packageRoot, type Question } from "../context.js";
import { STEADY } from "../footprint.js";
import { NativeProgram } from "../native-program.js";

const MIB = 1 << 20;
/** Warm from the start, so that what a process needs once is not counted. */
const FIRST_VMS = 4;

export const memory: Question = {
  name: "memory",
  asks: "how much memory does a warm idle VM of a function hold beyond the snapshot that all share?",
  needsFunctions: true,
  async measure(context) {
    const program = join(packageRoot, "dist", "bench", "memory-process.js");
    const image = await context.handlers.image("hello");
    using keeper = new NativeProgram(process.execPath, [...STEADY, program, context.machine, image]);
    const more = context.times(32, 4);
    const [first] = await keeper.ask(FIRST_VMS, 1);
    const [then] = await keeper.ask(FIRST_VMS + more, 1);
    const [[before = Number.NaN], [after = Number.NaN, resident = Number.NaN]] = [first!, then!];
    return [
      {
        name: "memory of a warm VM",
        value: (after - before) / more / MIB,
        unit: "MiB",
        bound: { atMost: 3 },
        note: `hello; all that the monitor${context.machine === "kvm" ? "" : " and the vessels"} grew by with ${more} more`,
      },
      { name: "memory of its guest", value: resident / MIB, unit: "MiB", note: "resident behind a call" },
    ];
  },
};
