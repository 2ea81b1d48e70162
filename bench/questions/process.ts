// process.ts: whole processes, from the shell's view: `mayfly run` of an image that writes a line and halts.
import { join } from "node:path";
import { MEMORY_MIB, packageRoot, type Question } from "../context.js";
import { takeTurns, timed } from "../harness.js";
import { runProgram } from "../native-program.js";
import { median } from "../statistics.js";

/** Makes the image "console" write one line. */
const ONE_LINE = ["14", "14"];

export const wholeProcess: Question = {
  name: "process",
  asks: "how long does `mayfly run` take from start to exit, against a bare Node and Solo5?",
  async measure(context) {
    const { hvt, spt, machine } = context;
    const path = context.imagePath("console");
    const mayfly = join(packageRoot, "bin", "mayfly.js");
    const node = process.execPath;
    const run = ["run", `--machine=${machine}`, `--mem=${MEMORY_MIB}`, path, ...ONE_LINE];
    const solo5 =
      hvt === undefined ? spt && (() => spt.run(MEMORY_MIB)) : () => hvt.run(MEMORY_MIB, path, ONE_LINE);
    const times = await takeTurns<"mayfly" | "node" | "solo5", number>(
      {
        mayfly: async () => [await timed(() => runProgram(node, [mayfly, ...run]))],
        node: async () => [await timed(() => runProgram(node, ["-e", ""]))],
        solo5: async () => (solo5 === undefined ? [] : [await timed(solo5)]),
      },
      {
        rounds: context.times(20, 1),
        warmUp: context.times(2, 0),
        progress: (done, of) => context.progress(`round ${done} of ${of}`),
      },
    );
    return [
      {
        name: "process, mayfly run",
        value: median(times.mayfly.flat()),
        unit: "ms",
        note: "one line and halt; Node's own start is most of it",
        ...(solo5 === undefined ? {} : { solo5: median(times.solo5.flat()) }),
      },
      { name: "process, bare Node", value: median(times.node.flat()), unit: "ms", note: 'node -e ""' },
    ];
  },
};
