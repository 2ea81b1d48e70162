// human-log.ts: one line a request, for people at a terminal. Text from clients and guests is made harmless.
import { MayflyError } from "../errors.js";
import { printable } from "../image/image-file.js";
import { formatEnd } from "../monitor/vm-end.js";
import type { OnRequest, RequestRecord } from "./request-record.js";

/** Paints text, or leaves it as it is. */
export type PaintStatus = (status: number, text: string) => string;

/**
 * Writes a line for each request, and what the guest said or did wrong below it.
 *
 * @param write takes whole lines, with their end
 */
export function humanLog(write: (lines: string) => void, paint: PaintStatus = (_, text) => text): OnRequest {
  return (record) => write(`${humanLines(record, paint).join("\n")}\n`);
}

/** `200 GET /hello  vm 17  3.12 ms (create 0.90, boot 1.22, run 1.40, close 0.31)  9c6b1f0a2d3e4f58` and what belongs below. */
export function humanLines(record: RequestRecord, paint: PaintStatus = (_, text) => text): string[] {
  const { id, method, path, status, vm, totalMs, cost, failure, end, console } = record;
  const words = [paint(status, String(status)), method, printable(path)];
  if (vm !== undefined) words.push(` vm ${vm}`);
  words.push(` ${ms(totalMs)} ms`);
  if (cost !== undefined)
    words.push(
      `(${Object.entries(cost.steps)
        .map(([name, value]) => `${name} ${ms(value)}`)
        .join(", ")})`,
    );
  words.push(` ${id}`);
  const lines = [words.join(" ")];
  if (failure !== undefined) {
    lines.push(`  ${failure.code}: ${printable(failure.message)}`);
    if (failure.cause !== undefined)
      lines.push(...causeLines(failure.cause).map((line) => `  ${printable(line)}`));
    if (failure.mend !== undefined) lines.push(`  → ${failure.mend}`);
  }
  if (end?.report !== undefined)
    lines.push(
      ...formatEnd(end)
        .split("\n")
        .map((line) => `  ${printable(line)}`),
    );
  if (console !== "")
    lines.push(
      ...console
        .trimEnd()
        .split("\n")
        .map((line) => `  | ${printable(line)}`),
    );
  return lines;
}

/** What was thrown, and where in the function's own files. */
function causeLines(cause: unknown): string[] {
  const stack = cause instanceof MayflyError ? (cause.details ?? "") : "";
  return [String(cause), ...stack.split("\n").filter((line) => line !== "")];
}

function ms(value: number): string {
  return value.toFixed(2);
}
