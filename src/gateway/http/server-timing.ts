// server-timing.ts: what a response cost until its head left, as a Server-Timing header (W3C). No I/O.

/** @param steps ms, by name */
export function serverTiming(steps: Readonly<Record<string, number>>): string {
  return Object.entries(steps)
    .map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
    .join(", ");
}
