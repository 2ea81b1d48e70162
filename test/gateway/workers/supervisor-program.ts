// supervisor-program.ts: a supervisor in a process of its own, for tests that kill it. Prints its workers' process ids.
import { plan, Supervised } from "./supervised.js";

const { supervisor } = await Supervised.start(plan({ word: "x" }));
process.stdout.write(JSON.stringify(supervisor.pids));
