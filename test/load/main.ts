// main.ts: `npm run load`: the load and fault test by hand, for as long and with as many connections as it is told.
import { parseArgs } from "node:util";
import { machines } from "../vm/support/machines.js";
import { describe } from "./report.js";
import { runLoad } from "./run-load.js";

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    machine: { type: "string" },
  },
});

for (const { kind: machine, skip } of machines) {
  if (values.machine !== undefined && values.machine !== machine) continue;
  if (skip !== false) {
    console.log(`${machine}: left out: ${skip}`);
    continue;
  }
  const [connections, seconds, seed] = [values.connections, values.seconds, values.seed].map(Number);
  const report = await runLoad({ machine, connections: connections!, seconds: seconds!, seed: seed! });
  process.stdout.write(describe(report));
  if (report.accounts.problems.length > 0) process.exitCode = 1;
}
