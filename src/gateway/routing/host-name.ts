// host-name.ts: hosts as routes name them and as requests do, in one spelling. No I/O.

const WILDCARD = "*.";

/**
 * A route's host in lower case, as DNS has it: "example.com", "*.example.com" with one label in the star's place, "[::1]".
 *
 * @returns undefined when the text is no host: it has a port, a path, or a star elsewhere
 */
export function parseHostPattern(text: string): string | undefined {
  const isWildcard = text.startsWith(WILDCARD);
  const name = isWildcard ? text.slice(WILDCARD.length) : text;
  if (!/^(?:[^\s/?#@\\:*[\]]+|\[[0-9A-Fa-f:.]+\])$/.test(name)) return undefined;
  try {
    const { hostname } = new URL(`http://${name}`);
    if (isWildcard && /^\[|^[\d.]+$/.test(hostname)) return undefined;
    return `${isWildcard ? WILDCARD : ""}${withoutEndDot(hostname)}`;
  } catch {
    return undefined;
  }
}

/** A request's host without its port: of "Example.com:8080" "example.com". */
export function hostNameOf(authority: string): string {
  const end = authority.startsWith("[") ? authority.indexOf("]") + 1 : authority.indexOf(":");
  const name = end > 0 ? authority.slice(0, end) : authority;
  return withoutEndDot(name.toLowerCase());
}

/** The one wildcard that fits a name: of "api.example.com" "*.example.com". */
export function wildcardOf(name: string): string | undefined {
  const dot = name.indexOf(".");
  return dot <= 0 ? undefined : `*${name.slice(dot)}`;
}

/** "example.com." is "example.com", said so that no resolver adds to it. */
function withoutEndDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
