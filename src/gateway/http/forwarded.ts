// forwarded.ts: whom a request comes from when proxies stand in front. Headers of theirs count only behind an address that is trusted.
import { type IpRange, isInRange, parseIpAddress, parseIpRange } from "../../function/outbound/ip-address.js";
import type { HeaderList } from "../../monitor/exchange/message.js";
import { HttpFailure } from "../http-failure.js";
import { type Hop, nodeAddress, parseForwarded } from "./forwarded-header.js";

/** The far end of a request, as far as it is known. */
export interface Sender {
  /** The client's address. */
  readonly client: string;
  /** What the client used, when a trusted proxy says so. */
  readonly scheme: "http" | "https" | undefined;
  readonly authority: string | undefined;
}

/** @param trusted addresses and ranges, checked by the configuration */
export function trustedRanges(trusted: readonly string[]): readonly IpRange[] {
  return trusted.flatMap((text) => parseIpRange(text) ?? []);
}

/** Headers by which proxies, or whoever pretends to be one, tell of a client. No guest sees them as they came. */
export function isForwarding(name: string): boolean {
  return name === "forwarded" || name === "x-real-ip" || name.startsWith("x-forwarded-");
}

/**
 * Finds the client of a request.
 *
 * @param peer the address at the other end of the connection
 * @param headers with names in lower case
 * @throws HttpFailure 400 when a trusted proxy's headers cannot be understood, or are of both kinds
 */
export function senderOf(peer: string, headers: HeaderList, trusted: readonly IpRange[]): Sender {
  const address = plainAddress(peer);
  if (trusted.length === 0 || !isTrusted(address, trusted))
    return { client: address, scheme: undefined, authority: undefined };
  const standard = listed(headers, "forwarded");
  const [hops, last] = standard.length > 0 ? ofStandard(standard, headers) : ofCustom(headers);
  let client = address;
  let seen = last;
  for (const hop of [...hops].reverse()) {
    const further = nodeAddress(hop.for);
    if (further === undefined) break;
    client = further;
    seen = { ...last, ...hop };
    if (!isTrusted(further, trusted)) break;
  }
  return { client, scheme: schemeOf(seen?.proto), authority: seen?.host };
}

/** RFC 7239: each proxy adds an element on what it saw. */
function ofStandard(values: readonly string[], headers: HeaderList): [readonly Hop[], Hop | undefined] {
  // A proxy that sets the one kind lets the other through as its client sent it.
  if (headers.some(([name]) => name.startsWith("x-forwarded-")))
    throw badForwarding("it has Forwarded and X-Forwarded headers, of which one may be forged");
  const hops = parseForwarded(values.join(","));
  if (hops === undefined) throw badForwarding("its Forwarded header is none");
  return [hops, hops.at(-1)];
}

/** The usual headers: a list of addresses, and of the others the word of the nearest proxy. */
function ofCustom(headers: HeaderList): [readonly Hop[], Hop | undefined] {
  const proto = listed(headers, "x-forwarded-proto").at(-1);
  const host = listed(headers, "x-forwarded-host").at(-1);
  const last = { ...(proto !== undefined && { proto }), ...(host !== undefined && { host }) };
  return [listed(headers, "x-forwarded-for").map((node) => ({ for: node })), last];
}

function listed(headers: HeaderList, wanted: string): string[] {
  const values = headers.flatMap(([name, value]) => (name === wanted ? value.split(",") : []));
  return values.map((value) => value.trim()).filter((value) => value !== "");
}

function schemeOf(proto: string | undefined): Sender["scheme"] {
  const scheme = proto?.toLowerCase();
  if (scheme === undefined || scheme === "http" || scheme === "https") return scheme;
  throw badForwarding("its scheme is neither http nor https");
}

function isTrusted(text: string, trusted: readonly IpRange[]): boolean {
  const address = parseIpAddress(text);
  return address !== undefined && trusted.some((range) => isInRange(address, range));
}

/** A socket for both kinds of addresses tells IPv4's in the form of IPv6's. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function badForwarding(what: string): HttpFailure {
  return new HttpFailure(400, "bad-request", `the request does not say who sent it: ${what}`, {
    reason: "forwarded",
  });
}
