// options.ts: the bench's command line. No I/O.
import { parseArgs } from "node:util";
import { MayflyError } from "../src/index.js";
import type { Question } from "./context.js";

export const USAGE = `Usage: npm run bench -- [options] [QUESTION…]

  --json    one JSON object a line: the host first, then each measurement
  --quick   few repetitions: shows that everything runs; the numbers mean little
  --check   exit with status 1 when a bound is missed
  --list    print the questions
  --help    print this

SOLO5_HVT=PATH names a solo5-hvt to stand beside.`;

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  readonly check: boolean;
  readonly list: boolean;
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
  const { json = false, quick = false, check = false, list = false, help = false } = values;
  const picked = questions.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { json, quick, check, list, help, picked };
}

function parse(args: readonly string[]) {
  const flag = { type: "boolean" } as const;
  const options = { json: flag, quick: flag, check: flag, list: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split(". ")[0]! : String(cause);
    throw new MayflyError("OPTION_INVALID", message, { cause, mend: "npm run bench -- --help" });
  }
}
