// endurance.ts: very many calls of one function: does anything grow, and does anything stay from one call to the next?
import { join } from "node:path";
import { type Found, packageRoot, type Question } from "../context.js";
import { STEADY } from "../footprint.js";
import { NativeProgram } from "../native-program.js";
import { sum } from "../statistics.js";

const MIB = 1 << 20;
const PARTS = 10;

/** What the process says after each part, in this order. `ms` is the part's own. */
type Stand = readonly [
  memory: number,
  heap: number,
  external: number,
  descriptors: number,
  stale: number,
  ms: number,
];

export const endurance: Question = {
  name: "endurance",
  asks: "does memory grow with calls, or do descriptors, and does a handler that counts in a global always answer 1?",
  needsFunctions: true,
  async measure(context) {
    const program = join(packageRoot, "dist", "bench", "endurance-process.js");
    const image = await context.handlers.image("counter");
    using calls = new NativeProgram(process.execPath, [...STEADY, program, context.machine, image]);
    const part = Math.floor(context.calls / PARTS);
    const stands: Stand[] = [];
    while (stands.length < PARTS) {
      context.progress(`${stands.length * part} calls of ${PARTS * part}`);
      const [stand] = await calls.ask(part, 1);
      stands.push(stand as unknown as Stand);
    }
    return report(stands, part);
  },
};

function report(stands: readonly Stand[], part: number): Found[] {
  const [first, last] = [stands[0]!, stands.at(-1)!];
  const grown = (which: 0 | 1 | 2 | 3): number => last[which] - first[which];
  const grownMiB = (which: 0 | 1 | 2): number => Math.round((grown(which) / MIB) * 100) / 100;
  const from = `from call ${part} to call ${PARTS * part}`;
  return [
    {
      name: "endurance: memory grown",
      value: grownMiB(0),
      unit: "MiB",
      bound: { atMost: 8 },
      note: `without files, children included, ${from}`,
    },
    {
      name: "endurance: heap grown",
      value: grownMiB(1),
      unit: "MiB",
      bound: { atMost: 1 },
      note: "V8's, without garbage",
    },
    {
      name: "endurance: external grown",
      value: grownMiB(2),
      unit: "MiB",
      bound: { atMost: 1 },
      note: "what V8 accounts beside it",
    },
    { name: "endurance: descriptors grown", value: grown(3), unit: "files", bound: { atMost: 0 } },
    {
      name: "endurance: answers other than 1",
      value: last[4],
      unit: "answers",
      bound: { atMost: 0 },
      note: `of ${PARTS * part}, by a handler that counts in a global`,
    },
    {
      name: "endurance: calls",
      value: (PARTS * part * 1e3) / sum(stands.map(([, , , , , ms]) => ms)),
      unit: "calls/s",
      note: "one after the other",
    },
  ];
}
