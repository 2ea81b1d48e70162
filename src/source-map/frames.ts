// frames.ts: takes a line of the engine's stack apart. The text is the guest's: lines may be anything, and reading one takes linear time.

/** "    at fetch (handler.bundle.js:12:5)", as the engine writes it. */
export interface Frame {
  /** "fetch"; empty when the engine names no function. */
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

const MARK = "    at ";
/** The engine's own lines are far shorter: names longer than this are somebody's invention. */
const LONGEST_LINE = 1024;

/** Whether the line that begins there looks like a stack's. */
export function isFrame(text: string, at = 0): boolean {
  return text.startsWith(MARK, at);
}

/** Where the first such line begins, from the beginning of a line on; -1 when there is none. */
export function nextFrame(text: string, from: number): number {
  if (isFrame(text, from)) return from;
  const end = text.indexOf(`\n${MARK}`, from);
  return end < 0 ? -1 : end + 1;
}

/** The frame on a line, if it is in `file`. */
export function frameIn(line: string, file: string): Frame | undefined {
  if (!isFrame(line) || line.length > LONGEST_LINE) return undefined;
  const opening = `(${file}:`;
  // A file's name may have brackets, so that it is searched as a whole.
  const at = line.lastIndexOf(opening);
  if (at >= 0) {
    const position = /^(\d{1,9}):(\d{1,9})\)$/.exec(line.slice(at + opening.length));
    return position === null ? undefined : frame(line.slice(MARK.length, at).trimEnd(), file, position);
  }
  const bare = `${MARK}${file}:`;
  const position = line.startsWith(bare) ? /^(\d{1,9}):(\d{1,9})$/.exec(line.slice(bare.length)) : null;
  return position === null ? undefined : frame("", file, position);
}

function frame(name: string, file: string, [, line, column]: RegExpExecArray): Frame {
  return { name, file, line: Number(line), column: Number(column) };
}

/** A frame as a line again. */
export function frameLine(name: string, place: string): string {
  return name === "" ? `${MARK}${place}` : `${MARK}${name} (${place})`;
}
