// human-log.ts: one line a request, for people at a terminal. Text from clients and guests is made harmless.
import { styleText } from "node:util";
import { MayflyError } from "../errors.js";
import { printable } from "../image/image-file.js";
import { formatEnd } from "../monitor/vm-end.js";
import type { OnRequest, RequestRecord } from "./request-record.js";

/** Paints text, or leaves it as it is. */
export type PaintStatus = (status: number, text: string) => string;

export interface HumanLogOptions {
  /** The worker's number, which its VMs have before their own; absent where there is one process. */
  readonly worker?: number;
  readonly paint?: PaintStatus;
}

/**
 * Writes a line for each request, and what the guest said or did wrong below it.
 *
 * @param write gets what makes whole lines, with their end: a busy server makes many of them in a row, later
 * @example
 * const gateway = await Gateway.listen(config, monitor, { onRequest: humanLog((lines) => process.stdout.write(lines())) });
 */
export function humanLog(write: (lines: () => string) => void, options: HumanLogOptions = {}): OnRequest {
  return (record) => write(() => `${humanLines(record, options).join("\n")}\n`);
}

/** Green for what went well, yellow for the client's mistakes, red for ours. */
export function paintStatus(colors: boolean): PaintStatus {
  if (!colors) return (_, text) => text;
  // Whoever asks for colors has looked where they go: later Nodes would judge stdout by themselves.
  return (status, text) =>
    styleText(status < 400 ? "green" : status < 500 ? "yellow" : "red", text, { validateStream: false });
}

/** `vm 17`, `vm 2.17` for VM 17 of worker 2: numbers count a function's VMs. */
export function vmName(worker: number | undefined, vm: number): string {
  return worker === undefined ? `vm ${vm}` : `vm ${worker}.${vm}`;
}

/** `200 GET /hello  vm 17 of hello  3.12 ms (queue 0.00, start 1.22, run 1.40, reset 0.31)  9c6b1f0a2d3e4f58` and what belongs below. */
export function humanLines(
  record: RequestRecord,
  { worker, paint = (_, text) => text }: HumanLogOptions = {},
): string[] {
  const { id, method, path, status, vm, totalMs, cost, failure, end, console } = record;
  const words = [paint(status, String(status)), method, printable(path)];
  if (vm !== undefined) words.push(` ${vmName(worker, vm)} of ${record.function}`);
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
