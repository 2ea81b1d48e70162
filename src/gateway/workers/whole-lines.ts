// whole-lines.ts: a stream's text, line by line: processes that share a log must not write into each other's lines.
import type { Readable } from "node:stream";

/** A line is cut there, so that one without an end takes no memory without an end. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Reads a stream to its end.
 *
 * @param take gets one or more lines, each with its end
 * @param onBroken gets what is left behind the last line's end: a writer that was killed wrote a part of a line
 */
export function wholeLines(
  stream: Readable,
  take: (lines: string) => void,
  onBroken: (part: string) => void,
): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const end = text.lastIndexOf("\n") + 1;
    if (end > 0) {
      take(rest + text.slice(0, end));
      rest = text.slice(end);
    } else rest += text;
    if (rest.length < LONGEST_LINE) return;
    take(`${rest}\n`);
    rest = "";
  });
  stream.on("end", () => {
    if (rest !== "") onBroken(rest);
  });
  // A worker that died took its end with it.
  stream.on("error", () => {});
}
