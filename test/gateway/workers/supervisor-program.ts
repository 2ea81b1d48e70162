// supervisor-program.ts: a supervisor in a process of its own, for tests that stop or kill it. Prints its workers' process ids. Arguments: hangMs.
import process from "node:process";
import { plan, Supervised } from "./supervised.js";

const [, , hangMs] = process.argv;
const { supervisor } = await Supervised.start({
  ...plan({ word: "x" }),
  ...(hangMs !== undefined && { hangMs: Number(hangMs) }),
});
process.stdout.write(JSON.stringify(supervisor.pids));
