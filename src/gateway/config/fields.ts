// fields.ts: the kinds of fields that a configuration has. Each schema's message is what was expected. No I/O.
import { z } from "zod";
import { parseDuration } from "./duration.js";

export const DAY_MS = 24 * 60 * 60 * 1000;
const TEXT = "a text that is not empty";

export function text(): z.ZodString {
  return z.string(TEXT).min(1, TEXT);
}

/** A whole number in a range. */
export function whole(from: number, to: number, unit = ""): z.ZodNumber {
  const message = `a whole number, ${from} to ${to}${unit === "" ? "" : ` (${unit})`}`;
  return z.int(message).min(from, message).max(to, message);
}

export function flag(): z.ZodBoolean {
  return z.boolean("true or false");
}

/** "10s" or a number of ms, as ms. */
export function duration(fromMs: number) {
  return z.unknown().transform((value, { addIssue }) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= fromMs && ms <= DAY_MS) return ms;
    const message = `a duration such as "10s", or a number of ms, ${fromMs} to ${DAY_MS}`;
    addIssue({ code: "custom", input: value, message });
    return z.NEVER;
  });
}

const ONE_OF = "one of ";

/** An object whose fields are all known. */
export function record<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      `${code === "unrecognized_keys" ? ONE_OF : "an object with "}${Object.keys(shape).join(", ")}`,
  });
}

/** The fields that an object may have, of the message for one that it may not. */
export function knownFields(message: string): string[] {
  return message.startsWith(ONE_OF) ? message.slice(ONE_OF.length).split(", ") : [];
}

/** A list of anything; what its items are is for others to check. */
export function listOf<Item extends z.ZodType>(item: Item, what: string) {
  return z.array(item, `a list of ${what}`);
}

/** An object with names of the user's. */
export function byName<Value extends z.ZodType>(value: Value, what: string) {
  return z.record(z.string(), value, `an object: ${what} by name`);
}
