// console.ts: console: every line goes to the VM's console. Plain text is printed at once, all else by the console's part.
import { named } from "./define.js";
import { host } from "./host.js";
import { part } from "./parts.js";

/** Groups indent by this much. */
const INDENT = "  ";

let indent = "";

function print(prefix: string, text: string): void {
  const line = prefix + text;
  host.print(indent === "" ? line : indent + line.replaceAll("\n", `\n${indent}`));
}

function say(prefix: string, values: readonly unknown[]): void {
  const [text] = values;
  const isPlain = values.length === 1 && typeof text === "string";
  print(prefix, isPlain ? text : part("console").format(values));
}

function level(prefix: string): (...values: unknown[]) => void {
  return (...values) => say(prefix, values);
}

const counts = new Map<string, number>();
const timers = new Map<string, number>();

function sinceStart(label: string): string {
  const start = timers.get(label);
  return start === undefined
    ? `there is no timer "${label}"`
    : `${label}: ${(host.monotonic() - start).toFixed(3)} ms`;
}

export const console = {
  log: level(""),
  info: level(""),
  debug: level("debug: "),
  warn: level("warn: "),
  error: level("error: "),
  trace: (...values: unknown[]) => {
    const stack = new Error().stack?.split("\n").slice(1).join("\n").trimEnd() ?? "";
    print("trace: ", [part("console").format(values), stack].filter(Boolean).join("\n"));
  },
  assert: (holds?: unknown, ...values: unknown[]) => {
    if (!holds) say("assertion failed: ", values);
  },
  dir: (value?: unknown, options?: { depth?: number | null } | null) =>
    print("", part("console").inspectTo(options?.depth, value)),
  dirxml: level(""),
  table: (rows?: unknown, columns?: readonly string[]) => print("", part("console").table(rows, columns)),
  count: (label = "default") => {
    const count = (counts.get(`${label}`) ?? 0) + 1;
    counts.set(`${label}`, count);
    print("", `${label}: ${count}`);
  },
  countReset: (label = "default") => void counts.delete(`${label}`),
  time: (label = "default") => void timers.set(`${label}`, host.monotonic()),
  timeLog: (label = "default", ...values: unknown[]) => say("", [sinceStart(`${label}`), ...values]),
  timeEnd: (label = "default") => {
    print("", sinceStart(`${label}`));
    timers.delete(`${label}`);
  },
  group: (...values: unknown[]) => {
    if (values.length > 0) say("", values);
    indent += INDENT;
  },
  groupCollapsed: (...values: unknown[]) => console.group(...values),
  groupEnd: () => {
    indent = indent.slice(INDENT.length);
  },
  clear: () => {
    // There is no screen.
  },
};

for (const [name, method] of Object.entries(console)) named(name, method);
