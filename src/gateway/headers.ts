// headers.ts: header hygiene: what concerns one connection stays on it (RFC 9110, section 7.6.1).
import type { HeaderList } from "../monitor/exchange/message.js";

const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-authentication-info",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The headers that travel on: names in lower case; what the Connection header names is left out, too. */
export function endToEnd(raw: readonly string[]): [name: string, value: string][] {
  const kept: [string, string][] = [];
  let named: Set<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const value = raw[i + 1]!;
    if (!HOP_BY_HOP.has(name)) kept.push([name, value]);
    else if (name === "connection") named = addNames(named, value);
  }
  return named === undefined ? kept : kept.filter(([name]) => !named.has(name));
}

/** The same for a list of pairs. */
export function endToEndPairs(headers: HeaderList): [name: string, value: string][] {
  return endToEnd(headers.flat());
}

/** A Connection header's names; "close" and "keep-alive" name no header, and the usual client says nothing else. */
function addNames(names: Set<string> | undefined, value: string): Set<string> | undefined {
  let all = names;
  for (const part of value.toLowerCase().split(",")) {
    const name = part.trim();
    if (name === "close" || name === "keep-alive" || name === "") continue;
    all ??= new Set();
    all.add(name);
  }
  return all;
}
