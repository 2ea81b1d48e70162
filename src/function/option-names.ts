// option-names.ts: options that nobody reads, or of another kind than they should be, are told and not ignored. No I/O.
import { MayflyError } from "../errors.js";

/** What a value has to be, in words and as a check. */
export type Kind = readonly [expected: string, holds: (value: unknown) => boolean];

export const anything: Kind = ["anything", () => true];
export const aText: Kind = ["a string", (value) => typeof value === "string"];
export const aFlag: Kind = ["true or false", (value) => typeof value === "boolean"];
export const aFunction: Kind = ["a function", (value) => typeof value === "function"];
export const anObject: Kind = [
  "an object",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
];

/**
 * Checks the names of options, and the kinds of their values. What is undefined counts as left out.
 *
 * @param path what errors call them: "limits"; "" for the options themselves
 * @throws MayflyError OPTION_INVALID naming the option, and one whose name is near. No value is in any message: it may be a secret
 */
export function checkNames(path: string, given: unknown, known: Readonly<Record<string, Kind>>): void {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  if (!anObject[1](given)) throw refused(path === "" ? "options" : path, kindOf(given), anObject[0]);
  for (const [name, value] of Object.entries(given as object)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      const names = Object.keys(known);
      const near = names.find((candidate) => isNear(name, candidate));
      const mend = near === undefined ? undefined : `did you mean ${at(near)}?`;
      throw refused(at(name), "an option that does not exist", `one of ${names.join(", ")}`, mend);
    }
    if (value !== undefined && !kind[1](value)) throw refused(at(name), kindOf(value), kind[0]);
  }
}

/** In a few words, and without the value. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export function refused(what: string, got: string, expected: string, mend?: string): MayflyError {
  return new MayflyError("OPTION_INVALID", `${what}: got ${got}, expected ${expected}`, {
    ...(mend !== undefined && { mend }),
  });
}

/** Typing mistakes by which one name may be meant by another: of a short one, two would be half. */
function mostTypos({ length }: string): number {
  return length > 4 ? 2 : 1;
}

/** Whether one name is the other's beginning, as without its unit, or has a typing mistake or two. */
function isNear(name: string, other: string): boolean {
  const [a, b] = [name.toLowerCase(), other.toLowerCase()];
  return (a !== "" && (a.startsWith(b) || b.startsWith(a))) || distance(a, b) <= mostTypos(b);
}

/** Characters to put in, take out or change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
