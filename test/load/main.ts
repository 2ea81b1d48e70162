// main.ts: `npm run load`: the load and fault test by hand, for as long and with as many connections as it is told.
import { parseArgs } from "node:util";
import { machines } from "../vm/support/machines.js";
import { describe } from "./report.js";
import { runLoad } from "./run-load.js";

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(1 + (Date.now() % 1_000_000)) },
    machine: { type: "string" },
  },
});

const connections = above0("connections", values.connections);
const seconds = above0("seconds", values.seconds);
const seed = above0("seed", values.seed);

for (const { kind: machine, skip } of machines) {
  if (values.machine !== undefined && values.machine !== machine) continue;
  if (skip !== false) {
    console.log(`${machine}: left out: ${skip}`);
    continue;
  }
  // Before all: whoever ends a run that hangs has the seed.
  console.log(`${machine}: seed ${seed}`);
  const report = await runLoad({ machine, connections, seconds, seed });
  process.stdout.write(describe(report));
  if (report.accounts.problems.length > 0) process.exitCode = 1;
}

function above0(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  console.error(`load: --${option}: got ${text}, expected a number above 0`);
  process.exit(1);
}
