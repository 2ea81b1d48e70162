// invoke.ts: `mayfly invoke IMAGE|FILE`: sends a function one request, or many, and prints the response.
import { Command } from "commander";
import { descriptorSink } from "../device/console-sinks.js";
import { MayflyError } from "../errors.js";
import type { Bill } from "../function/bill.js";
import { FetchFunction } from "../function/function.js";
import { FunctionError } from "../function/function-error.js";
import type { MachineChoice } from "../monitor/open-host.js";
import { billTable, percentiles, percentileTable } from "./invoke/bill-table.js";
import { type LimitFlags, limitsOf, mendOf, parseBodyLimit, parseMemory } from "./invoke/call-limits.js";
import { type Invocation, invoke } from "./invoke/invoke-function.js";
import { readRequestWords } from "./invoke/request-words.js";
import { readSecrets, readVariables } from "./invoke/variables.js";
import { machineOption } from "./machine-option.js";
import { parseDuration } from "./run/duration.js";

interface Flags extends LimitFlags {
  method?: string;
  header?: string[];
  data?: string;
  path: string;
  include?: true;
  stats?: true;
  repeat: number;
  json?: true;
  env?: string[];
  secret?: string[];
  allowOrigin?: string[];
  verifyReset?: true;
  machine: MachineChoice;
}

const SIGINT_STATUS = 130;

/** The command, to be added to the program. */
export function invokeCommand(): Command {
  const collect = (text: string, before: string[] = []): string[] => [...before, text];
  return new Command("invoke")
    .usage("[options] <image|file>")
    .description(
      "Sends a function one request and prints the response's body on stdout; what the function prints goes to stderr.\n\n" +
        "The function is an image, or a handler (.ts, .js, .mjs …) that is built first. It runs in a virtual machine of its own.\n\n" +
        "Exit status: 0 when it gave a response, whatever its HTTP status; 1 when it failed; 130 after Ctrl-C.",
    )
    .argument("<image|file>", "an image made by mayfly build, or a handler")
    .option("-X, --method <method>", "the request's method (default: GET, or POST with --data)")
    .option("-H, --header <name: value>", "a header; may be given more than once", collect)
    .option("-d, --data <text>", "the request's body; @FILE reads it from a file, @- from standard input")
    .option("-p, --path <path>", "path and query, or a whole URL", "/")
    .option("-i, --include", "print status and headers before the body")
    .option("--stats", "print a table of what the call cost on stderr")
    .option(
      "--repeat <n>",
      "call it this many times, each in fresh state, and print percentiles",
      parseRepeat,
      1,
    )
    .option("--json", "print response and costs as one JSON object instead")
    .option("-e, --env <NAME=VALUE>", "a variable of the handler's env; may be given more than once", collect)
    .option(
      "--secret <NAME>",
      "… whose value comes from the environment, and is shown nowhere; also NAME=env:VARIABLE, NAME=file:PATH",
      collect,
    )
    .option(
      "--allow-origin <origin>",
      "let the function fetch from an origin; may be given more than once",
      collect,
    )
    .option("--cpu-limit <duration>", "CPU time of a call (default: 50ms)", (text) =>
      parseDuration("--cpu-limit", text),
    )
    .option("--timeout <duration>", "wall time of a call (default: 10s)", (text) =>
      parseDuration("--timeout", text),
    )
    .option("--mem <MB>", "guest memory, MiB (default: 32)", parseMemory)
    .option("--body-limit <MB>", "longest request and response body, MiB (default: 8)", parseBodyLimit)
    .option("--verify-reset", "compare every byte of the VM's state after each call")
    .addOption(machineOption())
    .action(run);
}

async function run(file: string, flags: Flags): Promise<void> {
  const makeRequest = await readRequestWords(flags);
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort();
  let lastBill: Bill | undefined;
  process.once("SIGINT", onInterrupt);
  try {
    await using fn = await FetchFunction.load(file, {
      machine: flags.machine,
      limits: limitsOf(flags),
      env: readVariables(flags.env ?? []),
      secrets: readSecrets(flags.secret ?? []),
      console: descriptorSink(2),
      verifyReset: flags.verifyReset === true,
      onSlowStep: (what) => process.stderr.write(`${what} …\n`),
      ...(flags.allowOrigin !== undefined && { outbound: { origins: flags.allowOrigin } }),
    });
    const invocation = await invoke(fn, makeRequest, {
      repeat: flags.repeat,
      console: descriptorSink(2),
      signal: interrupted.signal,
      onBill: (bill) => {
        lastBill = bill;
      },
      onResponse: (response) => flags.include && !flags.json && process.stdout.write(headText(response)),
      onBody: (piece) => flags.json || process.stdout.write(piece),
    });
    report(invocation, flags);
  } catch (error) {
    // The function is closed by now, so that the bill of the call that failed has come.
    if (lastBill !== undefined) reportFailure(error, lastBill, flags);
    if (!interrupted.signal.aborted) throw inOurWords(error);
    process.exitCode = SIGINT_STATUS;
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

/** Without the stack of a call, which the function has told on its console, stderr here, and with our options in the mend. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof MayflyError)) return error;
  const isToldAlready =
    error instanceof FunctionError && error.thrown !== undefined && error.code !== "FUNCTION_NOT_STARTED";
  const details = isToldAlready ? undefined : error.details;
  const mend = mendOf(error);
  return new MayflyError(error.code, optionNames(error.message), {
    cause: error,
    ...(details !== undefined && { details }),
    ...(mend !== undefined && { mend }),
  });
}

/** The library names its own options. */
function optionNames(message: string): string {
  return message
    .replace(/^outbound\.origins(?:\.\d+)?: /, "--allow-origin: ")
    .replace(/^secrets\.(\w+): got a name that env has/, "--secret $1: got a name that --env has");
}

function report(invocation: Invocation, flags: Flags): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(asJson(invocation))}\n`);
    return;
  }
  // The shell's prompt, and what follows on stderr, begin on a line of their own.
  if (process.stdout.isTTY && invocation.body.length > 0 && invocation.body.at(-1) !== 0x0a)
    process.stdout.write("\n");
  if (flags.repeat > 1) process.stderr.write(`${percentileTable(invocation.times)}\n`);
  if (flags.stats) process.stderr.write(`${billTable(invocation.bill)}\n`);
}

/** What the call cost, and as JSON what it came to: the sentence for people follows on stderr. */
function reportFailure(error: unknown, bill: Bill, { json, stats }: Flags): void {
  if (json) process.stdout.write(`${JSON.stringify({ error: failureJson(error), bill })}\n`);
  else if (stats) process.stderr.write(`${billTable(bill)}\n`);
}

function failureJson(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof MayflyError ? error.code : undefined;
  return { code, message, ...(error instanceof FunctionError && { thrown: error.thrown }) };
}

function asJson({ response, body, bill, times }: Invocation): object {
  const text = Buffer.from(body);
  const isText = Buffer.from(text.toString()).equals(text);
  return {
    status: response.status,
    headers: [...response.headers],
    ...(isText ? { body: text.toString() } : { bodyBase64: text.toString("base64") }),
    bill,
    ...(times.length > 1 && {
      calls: times.length,
      ms: Object.fromEntries(percentiles(times).map(({ name, ms }) => [name, ms])),
    }),
  };
}

function headText({ status, statusText, headers }: Response): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return `${[`${status} ${statusText}`.trimEnd(), ...lines].join("\n")}\n\n`;
}

function parseRepeat(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count >= 1) return count;
  throw new MayflyError("OPTION_INVALID", `--repeat: got ${JSON.stringify(text)}, expected 1 to 9999999`);
}
