// origin-rule.ts: entries of outbound.origins: what each allows. No I/O.

import { isBadPort } from "./bad-ports.js";
import { type IpRange, parseIpRange } from "./ip-address.js";

/** One entry of outbound.origins. */
export type OriginRule =
  | { readonly kind: "any" }
  | { readonly kind: "exact"; readonly origin: string }
  /** `scheme` and `port` as URL has them, and the host's end: ".example.com". */
  | { readonly kind: "wildcard"; readonly protocol: string; readonly suffix: string; readonly port: string };

/** What an allowed origin may connect to beyond the public addresses: what it names itself. */
export type Grants = readonly IpRange[];

const LABEL = "wildcard-label";
const LOOPBACK = ["127.0.0.1", "::1"].map((text) => parseIpRange(text)!);

/** undefined when the text is no origin: "https://api.example.com", "https://*.example.com", "*". */
export function parseOriginRule(text: string): OriginRule | undefined {
  if (text === "*") return { kind: "any" };
  const match = /^(https?:\/\/)(\*\.)?([^/?#@\\*\s]+)\/?$/i.exec(text);
  if (match === null) return undefined;
  const [, scheme, star, host] = match;
  const url = parseUrl(`${scheme}${star === undefined ? "" : `${LABEL}.`}${host}`);
  if (url === undefined) return undefined;
  if (star === undefined) return { kind: "exact", origin: url.origin };
  return {
    kind: "wildcard",
    protocol: url.protocol,
    suffix: url.hostname.slice(LABEL.length),
    port: url.port,
  };
}

/** What the rules allow to this URL's origin; undefined when they do not allow it at all. */
export function matchOrigin(rules: readonly OriginRule[], url: URL): Grants | undefined {
  if (rules.some((rule) => rule.kind === "exact" && rule.origin === url.origin)) return ownAddresses(url);
  return rules.some((rule) => matchesLoosely(rule, url)) ? [] : undefined;
}

/** A rule that names no port in particular does not reach the ports of mail servers and the like. */
function matchesLoosely(rule: OriginRule, url: URL): boolean {
  if (rule.kind === "any") return !isBadPort(url.port);
  if (rule.kind === "exact" || rule.protocol !== url.protocol || rule.port !== url.port) return false;
  if (!url.hostname.endsWith(rule.suffix)) return false;
  const label = url.hostname.slice(0, -rule.suffix.length);
  return label !== "" && !label.includes(".");
}

/** The address that an origin itself is, or those that "localhost" means. */
function ownAddresses(url: URL): Grants {
  if (url.hostname === "localhost") return LOOPBACK;
  const literal = parseIpRange(bareHost(url));
  return literal === undefined ? [] : [literal];
}

/** The host without an IPv6 address's brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
