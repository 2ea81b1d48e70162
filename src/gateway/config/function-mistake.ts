// function-mistake.ts: why a function of a configuration cannot be used, as one of the configuration's mistakes.
import { MayflyError } from "../../errors.js";

/** The mistake, with what the function said when it did not start, or how to mend its source. */
export function functionMistake(name: string, error: unknown): string {
  return `functions.${name}: ${wordsOf(error)}`;
}

function wordsOf(error: unknown): string {
  const lines = [error instanceof Error ? error.message : String(error)];
  if (!(error instanceof MayflyError)) return lines[0]!;
  if (error.details !== undefined) lines.push(error.details.trimEnd().replace(/^/gm, "    "));
  if (error.mend !== undefined) lines.push(`    → ${error.mend}`);
  return lines.join("\n");
}
