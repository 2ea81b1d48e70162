// duration.ts: durations as people write them: "500ms", "10s", "2m", "1h", or a number of ms. No I/O.

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Whole ms; undefined when it is no duration. */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === "string" ? parseText(value) : value;
  return Number.isSafeInteger(ms) && (ms as number) >= 0 ? (ms as number) : undefined;
}

function parseText(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const ms = Number(number) * UNITS[unit]!;
  // "1.005s" is a whole number of ms, whatever binary fractions make of it.
  return Math.abs(ms - Math.round(ms)) < 1e-6 ? Math.round(ms) : undefined;
}
