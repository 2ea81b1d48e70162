// options.ts: the bench's command line. No I/O.
import { parseArgs } from "node:util";
import { MayflyError } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import type { Question } from "./context.js";

export const USAGE = `Usage: npm run bench -- [options] [QUESTION…]

  --json           one JSON object a line: the host first, then each measurement
  --quick          few repetitions: shows that everything runs; the numbers mean little
  --check          exit with status 1 when a bound is missed
  --calls=N        how many calls endurance makes on each machine; 100000 unless given, 2000 when quick
  --machine=KIND   kvm or process alone; else both, as far as this host has them
  --list           print the questions
  --help           print this

SOLO5_HVT=PATH names a solo5-hvt to stand beside KVM. SOLO5_SPT=PATH and SOLO5_SPT_IMAGE="PATH ARGUMENT…" name a solo5-spt to
stand beside the process machine, and an image that it can run.`;

/** A million is what the bound is about; that many take some minutes. */
const CALLS = 100_000;
const QUICK_CALLS = 2_000;
const LEAST_CALLS = 100;

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  readonly check: boolean;
  readonly list: boolean;
  /** How many calls `endurance` makes. */
  readonly calls: number;
  /** The only machine to be measured. */
  readonly machine: MachineKind | undefined;
  readonly help: boolean;
  /** In the order of the table; all of them when none was named. */
  readonly picked: readonly Question[];
}

/** @throws MayflyError OPTION_INVALID */
export function parseOptions(args: readonly string[], questions: readonly Question[]): BenchOptions {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !questions.some((question) => question.name === name));
  if (unknown !== undefined)
    throw new MayflyError(
      "OPTION_INVALID",
      `question: got ${unknown}, expected ${questions.map(({ name }) => name).join(", ")}`,
      { mend: "npm run bench -- --list" },
    );
  const { machine } = values;
  if (machine !== undefined && machine !== "kvm" && machine !== "process")
    throw new MayflyError("OPTION_INVALID", `machine: got ${machine}, expected kvm or process`);
  const { json = false, quick = false, check = false, list = false, help = false } = values;
  const calls = countOf(values.calls) ?? (quick ? QUICK_CALLS : CALLS);
  const picked = questions.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { json, quick, check, list, help, machine, calls, picked };
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined || (/^\d{1,12}$/.test(text) && Number(text) >= LEAST_CALLS))
    return text === undefined ? text : Number(text);
  throw new MayflyError(
    "OPTION_INVALID",
    `calls: got ${text}, expected a whole number from ${LEAST_CALLS} on`,
  );
}

function parse(args: readonly string[]) {
  const flag = { type: "boolean" } as const;
  const options = {
    json: flag,
    quick: flag,
    check: flag,
    list: flag,
    help: flag,
    machine: { type: "string" },
    calls: { type: "string" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split(". ")[0]! : String(cause);
    throw new MayflyError("OPTION_INVALID", message, { cause, mend: "npm run bench -- --help" });
  }
}
