// console.ts: console: every line goes to the VM's console.
import { host } from "./host.js";
import { show } from "./inspect.js";

function line(...values: unknown[]): void {
  host.print(values.map(show).join(" "));
}

export const console = { log: line, info: line, debug: line, warn: line, error: line };
