// table.ts: console.table: rows and columns of an array or an object.
import { inspect } from "./inspect.js";

const INDEX = "(index)";
const VALUES = "Values";

/** What is no table is shown as it is. */
export function table(data: unknown, columns?: readonly string[]): string {
  if (typeof data !== "object" || data === null) return inspect(data);
  const rows = rowsOf(data);
  const seen = new Set<string>();
  let hasValues = false;
  for (const [, row] of rows) {
    if (typeof row === "object" && row !== null) for (const key of Object.keys(row)) seen.add(key);
    else hasValues = true;
  }
  const keys = columns === undefined ? [...seen] : [...columns];
  const head = [INDEX, ...keys, ...(hasValues ? [VALUES] : [])];
  const body = rows.map(([index, row]) => {
    const isObject = typeof row === "object" && row !== null;
    const cells = keys.map((key) =>
      isObject && Object.hasOwn(row, key) ? inspect((row as Record<string, unknown>)[key]) : "",
    );
    return [index, ...cells, ...(hasValues ? [isObject ? "" : inspect(row)] : [])];
  });
  return draw([head, ...body]);
}

function rowsOf(data: object): [string, unknown][] {
  if (data instanceof Map) return [...data].map(([key, value]) => [inspect(key), value]);
  if (data instanceof Set) return [...data].map((value, at) => [String(at), value]);
  return Object.entries(data);
}

function draw(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)) + 2);
  const line = (left: string, middle: string, right: string) =>
    left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const text = (row: readonly string[]) =>
    `│${row.map((cell, column) => ` ${cell}`.padEnd(widths[column]!)).join("│")}│`;
  const [head, ...body] = rows;
  return [line("┌", "┬", "┐"), text(head!), line("├", "┼", "┤"), ...body.map(text), line("└", "┴", "┘")].join(
    "\n",
  );
}
