// inspect.ts: values as text for the console.

const DEEPEST = 4;

/** Strings as they are, errors with their stack, everything else so that a person sees what it is. */
export function show(value: unknown): string {
  return typeof value === "string" ? value : inspect(value, 0, []);
}

function inspect(value: unknown, depth: number, above: readonly object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[function ${value.name || "(anonymous)"}]`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Error) return describeError(value);
  if (above.includes(value)) return "[circular]";
  const name = nameOf(value);
  if (depth === DEEPEST) return `[${name}]`;
  const inner = (each: unknown) => inspect(each, depth + 1, [...above, value]);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[ ${value.map(inner).join(", ")} ]`;
  if (value instanceof Map)
    return `Map { ${[...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`).join(", ")} }`;
  if (value instanceof Set) return `Set { ${[...value].map(inner).join(", ")} }`;
  if (value instanceof Date || value instanceof RegExp) return String(value);
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${inner(field)}`);
  const prefix = name === "Object" ? "" : `${name} `;
  return fields.length === 0 ? `${prefix}{}` : `${prefix}{ ${fields.join(", ")} }`;
}

function nameOf(value: object): string {
  const made: unknown = value.constructor;
  return typeof made === "function" && made.name !== "" ? made.name : "Object";
}

/** "TypeError: no such thing" and where it was thrown. */
export function describeError(error: Error): string {
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  return stack === "" ? String(error) : `${error}\n${stack}`;
}
