// format.ts: the arguments of one console call as text, with printf's signs in the first (the Console standard, section 2.2).
import { inspect } from "./inspect.js";

/** Strings as they are, everything else so that a person sees what it is. */
export function format(values: readonly unknown[]): string {
  const rest = [...values];
  const words: string[] = [];
  if (typeof rest[0] === "string") words.push(filled(rest.shift() as string, rest));
  for (const value of rest) words.push(typeof value === "string" ? value : inspect(value));
  return words.join(" ");
}

/** Takes from `rest` what the signs use up. */
function filled(text: string, rest: unknown[]): string {
  return text.replace(/%([sdifjoOc%])/g, (sign, kind: string) => {
    if (kind === "%") return rest.length > 0 || text.length > 2 ? "%" : sign;
    if (rest.length === 0) return sign;
    return asKind(kind, rest.shift());
  });
}

function asKind(kind: string, value: unknown): string {
  switch (kind) {
    case "s":
      return typeof value === "object" && value !== null ? inspect(value) : plain(value);
    case "d":
      return typeof value === "bigint"
        ? `${value}n`
        : plain(typeof value === "symbol" ? Number.NaN : Number(value));
    case "i":
      return typeof value === "bigint" ? `${value}n` : plain(Number.parseInt(String(value), 10));
    case "f":
      return plain(Number.parseFloat(String(value)));
    case "j":
      return json(value);
    case "c":
      // Style: there is none here.
      return "";
    default:
      return inspect(value);
  }
}

function plain(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    return "[circular]";
  }
}
