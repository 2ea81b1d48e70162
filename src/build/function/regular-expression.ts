// regular-expression.ts: where a regular expression is that an engine refused without a place: asks the engine of this process, which tells it.
import { Script } from "node:vm";

/** A regular expression that is none, in a module. */
export interface BadExpression {
  /** "Invalid regular expression: /(/: Unterminated group" */
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly length: number;
}

/** A module's body in a form that a script may have: it may wait, and what it declares is its own. */
const BEFORE = '"use strict"; (async () => {\n';
const AFTER = "\n})";
const FILE = "module.js";

/**
 * Reads a module, and does not run it.
 *
 * @param code a module without imports and exports
 * @returns undefined when nothing is wrong, or something else is
 */
export function findBadExpression(code: string): BadExpression | undefined {
  try {
    new Script(BEFORE + code + AFTER, { filename: FILE, lineOffset: -1 });
    return undefined;
  } catch (error) {
    const { message, stack = "" } = error as Error;
    if (!message.startsWith("Invalid regular expression")) return undefined;
    // Node.js puts the place, the line and a mark below it before the stack.
    const [place = "", , marks = ""] = stack.split("\n");
    const line = Number(place.slice(`${FILE}:`.length));
    if (!Number.isSafeInteger(line) || line < 1) return undefined;
    const [mark = ""] = /\^+/.exec(marks) ?? [];
    // Far along a line there is no mark.
    const at = mark === "" ? 0 : marks.indexOf(mark);
    return { message, line, column: at + 1, length: mark.length };
  }
}
