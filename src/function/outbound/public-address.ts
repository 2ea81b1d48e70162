// public-address.ts: which addresses belong to the public internet. Tables after IANA's special-purpose registries. No I/O.
import { type IpAddress, type IpRange, isInRange, parseIpRange } from "./ip-address.js";

/**
 * What is IPv4 and not public.
 *
 * Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890), and RFC 5771, RFC 7526.
 */
const SPECIAL_V4 = ranges(
  "0.0.0.0/8", // this network: the kernel connects 0.0.0.0 to the host itself
  "10.0.0.0/8", // private
  "100.64.0.0/10", // shared by carriers (CGNAT)
  "127.0.0.0/8", // loopback
  "168.63.129.16", // Azure's host, reachable from every virtual machine there
  "169.254.0.0/16", // link-local, the metadata services of clouds among it
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // relays of 6to4
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
);

/** All public IPv6 addresses lie here: loopback, unique local (fc00::/7), link-local, multicast and ::/96 do not. */
const GLOBAL_UNICAST = range("2000::/3");

/**
 * What of it is not public.
 *
 * Source: IANA IPv6 Special-Purpose Address Registry.
 */
const SPECIAL_V6 = ranges(
  "2001::/23", // protocol assignments, Teredo among them: it carries an IPv4 address
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4 (RFC 7526): it carries an IPv4 address, and leads to a relay
  "3fff::/20", // documentation
);

const V4_MAPPED = range("::ffff:0:0/96");
/** An IPv4 address behind a translator (RFC 6052): hosts without IPv4 reach all of IPv4 so. */
const NAT64 = range("64:ff9b::/96");
const V4_BITS = 0xffff_ffffn;

/** Whether the address is one that everybody on the internet means by it, and nobody's own network. */
export function isPublicAddress(address: IpAddress): boolean {
  if (isInRange(address, V4_MAPPED)) return !isInOneOf(address, SPECIAL_V4);
  if (isInRange(address, NAT64)) return isPublicAddress(V4_MAPPED.prefix | (address & V4_BITS));
  return isInRange(address, GLOBAL_UNICAST) && !isInOneOf(address, SPECIAL_V6);
}

export function isInOneOf(address: IpAddress, all: readonly IpRange[]): boolean {
  return all.some((one) => isInRange(address, one));
}

function ranges(...texts: string[]): IpRange[] {
  return texts.map(range);
}

function range(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (parsed === undefined) throw new Error(`public-address.ts: ${text} is no range`);
  return parsed;
}
