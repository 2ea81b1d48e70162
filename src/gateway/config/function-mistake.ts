// function-mistake.ts: why a function of a configuration cannot be used, as one of the configuration's mistakes.
import { MayflyError } from "../../errors.js";

/**
 * The mistake, with what the function said when it did not start, or how to mend it.
 *
 * @param file what the error may begin with: the function's name tells as much
 */
export function functionMistake(name: string, file: string, error: unknown): string {
  const words = wordsOf(error);
  const subject = `${file} `;
  return `functions.${name}: ${words.startsWith(`${subject}did not start`) ? words.slice(subject.length) : words}`;
}

function wordsOf(error: unknown): string {
  const lines = [error instanceof Error ? error.message : String(error)];
  if (!(error instanceof MayflyError)) return lines[0]!;
  if (error.details !== undefined) lines.push(error.details.trimEnd().replace(/^/gm, "    "));
  if (error.mend !== undefined) lines.push(`    → ${error.mend}`);
  return lines.join("\n");
}
