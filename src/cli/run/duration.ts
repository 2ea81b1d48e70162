// duration.ts: durations as people type them: 500ms, 10s, 1.5m. No I/O.
import { MayflyError } from "../../errors.js";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** The longest delay of a timer of Node's, 24.8 days. */
const MOST_MS = 0x7fff_ffff;

/**
 * Reads a duration; a plain number is seconds.
 *
 * @param option what the message names
 * @returns milliseconds
 * @throws MayflyError OPTION_INVALID
 */
export function parseDuration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2] ?? "s"]!;
  if (ms > 0 && ms <= MOST_MS) return ms;
  throw new MayflyError(
    "OPTION_INVALID",
    `${option}: got ${JSON.stringify(text)}, expected a duration of more than 0 and at most 24 days`,
    { mend: `write it like ${option} 500ms, ${option} 10s or ${option} 1.5m; a plain number is seconds` },
  );
}
