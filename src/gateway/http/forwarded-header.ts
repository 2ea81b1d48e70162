// forwarded-header.ts: the Forwarded header of RFC 7239, taken apart. No I/O.
import { isIP } from "node:net";

/** What one proxy says of the side that it had the request from. */
export interface Hop {
  readonly for?: string;
  readonly proto?: string;
  readonly host?: string;
}

/** One pair and what ends it: ";" before another of the same proxy, "," before the next proxy's. */
const PAIR = /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;=]+)))?[ \t]*([;,]|$)/y;

/** The proxies in the order in which the request passed them; undefined when the text breaks the grammar. */
export function parseForwarded(text: string): readonly Hop[] | undefined {
  const hops: Hop[] = [];
  let hop: Record<string, string> = {};
  PAIR.lastIndex = 0;
  for (;;) {
    const match = PAIR.exec(text);
    if (match === null) return undefined;
    const [, name, quoted, token, end] = match;
    const value = quoted?.replace(/\\(.)/g, "$1") ?? token;
    if (name !== undefined && value !== undefined) hop[name.toLowerCase()] = value;
    if (end === ";") continue;
    if (Object.keys(hop).length > 0) hops.push(hop);
    hop = {};
    if (end === "") return hops;
  }
}

/** The address of a node, which may have a port: of "192.0.2.1:80" or "[2001:db8::1]:80". Undefined for a name such as "unknown". */
export function nodeAddress(node: string | undefined): string | undefined {
  if (node === undefined) return undefined;
  const address = /^\[([^\]]*)\](?::\w+)?$/.exec(node)?.[1] ?? /^([\d.]+):\w+$/.exec(node)?.[1] ?? node;
  return isIP(address) === 0 || address.includes("%") ? undefined : address;
}
