// mistakes.ts: what is wrong in the user's sources, told with file, line, column and the line itself. No I/O.
import { relative } from "node:path";
import { MayflyError } from "../../errors.js";

/** One mistake in a source file. */
export interface Mistake {
  readonly text: string;
  /** Where it is, if it is anywhere. */
  readonly place?: Place;
  /** More places that belong to it, each with a sentence. */
  readonly notes?: readonly Mistake[];
}

export interface Place {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** How many characters to mark. */
  readonly length: number;
  readonly lineText: string;
}

/**
 * The error for sources that cannot be built: the first mistake in the message, all of them with excerpts as details.
 *
 * @param what the sentence's start: "building handler.ts"
 */
export function buildFailure(what: string, mistakes: readonly Mistake[], mend?: string): MayflyError {
  const [first] = mistakes;
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : "";
  const sentence = first === undefined ? "it was refused without a reason" : told(first);
  const excerpts = mistakes.map(excerpt).join("\n");
  // One mistake's place and text are in the message already: what is left to show is the line.
  const isSaid = mistakes.length === 1 && excerpts.startsWith(sentence);
  const details = isSaid ? excerpts.slice(sentence.length + 1) : excerpts;
  return new MayflyError("BUILD_FAILED", `${what}: ${sentence}${more}`, {
    ...(details === "" ? {} : { details }),
    ...(mend === undefined ? {} : { mend }),
  });
}

/** 'src/handler.ts:3:14: Expected ";" but found "x"' */
function told({ text, place }: Mistake): string {
  if (place === undefined) return text;
  return `${relative(process.cwd(), place.file)}:${place.line}:${place.column}: ${text}`;
}

/** The same with the line itself, marked. */
function excerpt(mistake: Mistake): string {
  const { place, notes = [] } = mistake;
  if (place === undefined) return [told(mistake), ...notes.map(excerpt)].join("\n");
  const { start, text } = window(place);
  const number = String(place.line);
  // A tab before the mark is a tab in the line above it, too.
  const indent = text.slice(0, place.column - 1 - start).replace(/[^\t]/g, " ");
  const length = Math.max(1, Math.min(place.length, text.length - indent.length));
  return [
    told(mistake),
    `  ${number} | ${text}`,
    `  ${" ".repeat(number.length)} | ${indent}${"^".repeat(length)}`,
    ...notes.map(excerpt),
  ].join("\n");
}

const WIDEST = 160;

/** The part of a line around its mistake: a minified file's line would fill screens. */
function window({ lineText, column }: Place): { start: number; text: string } {
  const start = lineText.length <= WIDEST ? 0 : Math.max(0, column - 1 - WIDEST / 2);
  return { start, text: lineText.slice(start, start + WIDEST) };
}
