// metrics-text.ts: reads a number of a metrics page in Prometheus' text format. No I/O.

/**
 * The sum of a metric's values over those whose labels are these.
 *
 * @returns 0 when there is none
 */
export function metricSum(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const line of text.split("\n")) {
    const [, metric, its = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (metric === name && wanted.every((label) => its.split(",").includes(label))) sum += Number(value);
  }
  return sum;
}
