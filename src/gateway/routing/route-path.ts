// route-path.ts: a route's path as parts: "/users/[id]", "/files/[...rest]", "/files/*". No I/O.

export type PathPart =
  /** This segment, byte for byte. */
  | { readonly kind: "exact"; readonly text: string }
  /** Any segment that is not empty. */
  | { readonly kind: "parameter"; readonly name: string }
  /** All that follows: with a name there must be something, without one ("*") there may be nothing. */
  | { readonly kind: "rest"; readonly name: string | undefined };

/** What a segment may be made of (RFC 3986, section 3.3). */
const SEGMENT = /^[A-Za-z0-9._~!$&'()+,;=:@%-]*$/;
const PARAMETER = /^\[([A-Za-z_][A-Za-z0-9_]*)\]$/;
const REST = /^\[\.\.\.([A-Za-z_][A-Za-z0-9_]*)\]$/;

/** The parts of a route's path; undefined when it is none: an unknown character, a rest before the end, a name twice. */
export function parseRoutePath(path: string): readonly PathPart[] | undefined {
  const read = readRoutePath(path);
  return typeof read === "string" ? undefined : read;
}

/** The same, or in its place what was expected. */
export function readRoutePath(path: string): readonly PathPart[] | string {
  if (!path.startsWith("/"))
    return 'a path that starts with "/", such as "/hello", "/users/[id]" or "/files/*"';
  const parts: PathPart[] = [];
  const names = new Set<string>();
  const segments = path.slice(1).split("/");
  for (const [i, text] of segments.entries()) {
    const part = parsePart(text);
    if (part === undefined)
      return `segments such as "hello", "[id]", "[...rest]" or "*", percent-encoded where need be, not ${JSON.stringify(text)}`;
    if (part.kind === "rest" && i + 1 < segments.length) return `nothing behind ${JSON.stringify(text)}`;
    const name = part.kind === "exact" ? undefined : part.name;
    if (name !== undefined && names.has(name))
      return `parameters with names of their own, not ${JSON.stringify(name)} twice`;
    if (name !== undefined) names.add(name);
    parts.push(part);
  }
  return parts;
}

/** Two paths with one shape answer the same requests, whatever their parameters are called. */
export function shapeOf(parts: readonly PathPart[]): string {
  return parts
    .map((part) => (part.kind === "exact" ? part.text : part.kind === "parameter" ? "[]" : "*"))
    .join("/");
}

function parsePart(text: string): PathPart | undefined {
  if (text === "*") return { kind: "rest", name: undefined };
  const rest = REST.exec(text)?.[1];
  if (rest !== undefined) return { kind: "rest", name: rest };
  const parameter = PARAMETER.exec(text)?.[1];
  if (parameter !== undefined) return { kind: "parameter", name: parameter };
  return SEGMENT.test(text) ? { kind: "exact", text } : undefined;
}
