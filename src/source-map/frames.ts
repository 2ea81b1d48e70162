// frames.ts: takes a line of the engine's stack apart. The text is the guest's: lines may be anything, and reading one takes linear time.

/** "    at fetch (handler.bundle.js:12:5)", as the engine writes it, and what a console puts around it. */
export interface Frame {
  /** Before the engine's own four spaces: a console's "error: ", or how far an error is indented in what it lies in. */
  readonly before: string;
  /** "fetch"; empty when the engine names no function. */
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Behind the place: the bracket that closes what the error lies in. */
  readonly behind: string;
}

const MARK = "    at ";
/** The engine's own lines are far shorter: names longer than this are somebody's invention. */
const LONGEST_LINE = 1024;
/** The module names of what Mayfly brings: the web's API in its parts, and the line that hands the handler over. */
const OWN_PLACE = /[( ](mayfly:[a-z-]{1,40}):\d{1,9}:\d{1,9}/;

/** Where the next line begins that looks like a stack's, from the beginning of a line on; -1 when there is none. */
export function nextFrame(text: string, from: number): number {
  const at = text.indexOf(MARK, from);
  return at < 0 ? -1 : Math.max(from, text.lastIndexOf("\n", at) + 1);
}

/** The frame on a line, if it is in `file`. */
export function frameIn(line: string, file: string): Frame | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const mark = markOf(line);
  if (mark < 0) return undefined;
  const before = line.slice(0, mark);
  const opening = `(${file}:`;
  // A file's name may have brackets, so that it is searched as a whole.
  const at = line.lastIndexOf(opening);
  if (at >= mark + MARK.length) {
    const position = /^(\d{1,9}):(\d{1,9})\)(.*)$/s.exec(line.slice(at + opening.length));
    const name = line.slice(mark + MARK.length, at).trimEnd();
    return position === null ? undefined : frame({ before, name, file }, position);
  }
  const bare = `${MARK}${file}:`;
  if (!line.startsWith(bare, mark)) return undefined;
  const position = /^(\d{1,9}):(\d{1,9})(?!\d)(.*)$/s.exec(line.slice(mark + bare.length));
  return position === null ? undefined : frame({ before, name: "", file }, position);
}

/** The frame on a line, if it is in what Mayfly brings. */
export function ownFrameIn(line: string): Frame | undefined {
  const part = line.length > LONGEST_LINE ? undefined : OWN_PLACE.exec(line)?.[1];
  return part === undefined ? undefined : frameIn(line, part);
}

/** What stands before the engine's own four spaces. */
export function beforeFrame(line: string): string {
  return line.slice(0, Math.max(0, markOf(line)));
}

/** Where the engine's own part begins; -1 when there is none. A line that is indented has more spaces before. */
function markOf(line: string): number {
  const first = line.indexOf(MARK);
  return first < 0 ? -1 : line.indexOf("at ", first) - (MARK.length - "at ".length);
}

function frame(
  start: Pick<Frame, "before" | "name" | "file">,
  [, line, column, behind]: RegExpExecArray,
): Frame {
  return { ...start, line: Number(line), column: Number(column), behind: behind! };
}

/** A frame as a line again. */
export function frameLine(
  { before, name, behind }: Omit<Frame, "file" | "line" | "column">,
  place: string,
): string {
  return `${before}${MARK}${name === "" ? place : `${name} (${place})`}${behind}`;
}
