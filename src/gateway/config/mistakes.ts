// mistakes.ts: collects what is wrong with a configuration, each with its path, what was found and what was expected. No I/O.
import type { z } from "zod";
import { MayflyError } from "../../errors.js";
import { knownFields } from "./fields.js";
import { nearest } from "./nearest.js";

export type Path = readonly PropertyKey[];

export class Mistakes {
  readonly #found: string[] = [];

  /** @param got in words; nothing that is below `env` or `secrets` */
  add(path: Path, got: string, expected: string): void {
    const at = path.join(".");
    this.#found.push(`${at === "" ? "" : `${at}: `}got ${got}, expected ${expected}`);
  }

  /** What a schema makes of a value; undefined when it has mistakes, which are kept. */
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, path: Path): z.output<Schema> | undefined {
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#addIssue(issue, path);
    return undefined;
  }

  /** Adds what others have put into words. */
  include(found: readonly string[]): void {
    this.#found.push(...found);
  }

  get areAny(): boolean {
    return this.#found.length > 0;
  }

  /** @throws MayflyError CONFIG_INVALID with all of them, if there are any */
  throwIfAny(name: string): void {
    if (this.areAny) throw configError(name, this.#found);
  }

  #addIssue(issue: z.core.$ZodIssue, start: Path): void {
    const path = [...start, ...issue.path];
    if (issue.code === "unrecognized_keys")
      for (const key of issue.keys) this.add(path, fieldInWords(key, issue.message), issue.message);
    else this.add(path, isPrivate(path) ? kindOf(issue.input) : show(issue.input), issue.message);
  }
}

function fieldInWords(name: string, message: string): string {
  const meant = nearest(name, knownFields(message));
  return `a field ${JSON.stringify(name)}${meant === undefined ? "" : ` (did you mean ${JSON.stringify(meant)}?)`}`;
}

/** The one error for all mistakes of a configuration. */
export function configError(name: string, found: readonly string[]): MayflyError {
  const message =
    found.length === 1
      ? `${name}: ${found[0]}`
      : `${name}: ${found.length} mistakes\n  ${found.join("\n  ")}`;
  return new MayflyError("CONFIG_INVALID", message);
}

/** Whether a value there may be a secret: one that was put where its source belongs, say. */
function isPrivate(path: Path): boolean {
  return path.includes("env") || path.includes("secrets");
}

/** A value as short JSON. Lists and objects only by their kind: they may have private values in them. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) return kindOf(value);
  const text = JSON.stringify(value) ?? kindOf(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
