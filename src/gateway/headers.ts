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
  const headers = new Travelling();
  for (let i = 0; i + 1 < raw.length; i += 2) headers.add(raw[i]!, raw[i + 1]!);
  return headers.kept;
}

/** The same for a list of pairs. */
export function endToEndPairs(headers: HeaderList): [name: string, value: string][] {
  const travelling = new Travelling();
  for (const [name, value] of headers) travelling.add(name, value);
  return travelling.kept;
}

class Travelling {
  readonly #all: [string, string][] = [];
  #named: Set<string> | undefined;

  add(spelled: string, value: string): void {
    const name = spelled.toLowerCase();
    if (!HOP_BY_HOP.has(name)) this.#all.push([name, value]);
    else if (name === "connection") this.#named = addNames(this.#named, value);
  }

  get kept(): [name: string, value: string][] {
    const named = this.#named;
    return named === undefined ? this.#all : this.#all.filter(([name]) => !named.has(name));
  }
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
