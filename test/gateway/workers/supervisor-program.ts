// supervisor-program.ts: a supervisor in a process of its own, for tests that stop it, kill it, or take its descriptors. Prints JSON, a line each. Arguments: hangMs.
import process from "node:process";
import { plan, Supervised } from "./supervised.js";

const [, , hangMs] = process.argv;
const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const supervised = await Supervised.start({
  ...plan({ word: "x" }),
  ...(hangMs !== undefined && { hangMs: Number(hangMs) }),
});
const { pids, url } = supervised.supervisor;
print({ pids, url });
await supervised.event("connections-wait");
print({ event: "connections-wait" });
