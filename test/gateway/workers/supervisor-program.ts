// supervisor-program.ts: a supervisor in a process of its own, for tests that kill it or take its descriptors. Prints JSON, a line each.
import { plan, Supervised } from "./supervised.js";

const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const supervised = await Supervised.start(plan({ word: "x" }));
const { pids, url } = supervised.supervisor;
print({ pids, url });
await supervised.event("connections-wait");
print({ event: "connections-wait" });
