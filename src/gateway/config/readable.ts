// readable.ts: of what has mistakes, the parts that have none: they may have others, which belong in the same report. No I/O.
import type { z } from "zod";
import { settingsShape, sourceSchema, VARIABLE } from "./settings-schema.js";

type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields that a schema knows and takes. */
export function readableFields(shape: Readonly<Record<string, z.ZodType>>, value: Fields): Fields {
  const names = Object.keys(shape).filter((name) => Object.hasOwn(value, name));
  return pick(value, (name) => names.includes(name) && shape[name]!.safeParse(value[name]).success);
}

/**
 * The same of a function's settings; of its secrets those whose sources are well named. Without what is held against other settings,
 * of which one may be missing here.
 */
export function readableSettings(value: unknown): Fields {
  if (!isRecord(value)) return {};
  const { keepWarm: _, ...fields } = readableFields(settingsShape, value);
  if (!isRecord(value.secrets)) return fields;
  const { secrets } = value;
  return {
    ...fields,
    secrets: pick(secrets, (name) => VARIABLE.test(name) && sourceSchema.safeParse(secrets[name]).success),
  };
}

/** A function's entry, with its file if it has a name. */
export function readableFunction(value: unknown): Fields | undefined {
  if (!isRecord(value)) return undefined;
  return { ...readableSettings(value), ...(isName(value.file) && { file: value.file }) };
}

/** What a route leads to, where it names one thing. */
export function readableTarget(value: unknown): Fields | undefined {
  if (!isRecord(value)) return undefined;
  const targets = ["function", "image", "static"].filter((field) => value[field] !== undefined);
  const [field] = targets;
  if (targets.length !== 1 || !isName(value[field!])) return undefined;
  return { [field!]: value[field!] };
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function pick(value: Fields, keeps: (name: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => keeps(name)));
}
