// ip-address.ts: IP addresses and ranges of them as numbers of 128 bits. No I/O.
import { isIPv4, isIPv6 } from "node:net";

/** An IPv6 address; an IPv4 address is the one that maps it, ::ffff:a.b.c.d, because the kernel connects both to the same place. */
export type IpAddress = bigint;

export interface IpRange {
  readonly prefix: IpAddress;
  /** Bits of `prefix` that count: 0 to 128. */
  readonly bits: number;
}

const V4_MAPPED = 0xffff_0000_0000n;
const V4_OFFSET = 96;
const ALL = (1n << 128n) - 1n;

/** An address without brackets, port or zone; undefined when the text is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return V4_MAPPED | parseV4(text);
  if (!isIPv6(text) || text.includes("%")) return undefined;
  return parseV6(text);
}

/** An address, or an address and "/" and the bits that count; undefined when it is none, or has bits set behind those. */
export function parseIpRange(text: string): IpRange | undefined {
  const [, address = "", length] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const prefix = parseIpAddress(address);
  if (prefix === undefined) return undefined;
  const offset = isIPv4(address) ? V4_OFFSET : 0;
  const bits = length === undefined ? 128 : Number(length) + offset;
  if (bits > 128 || (prefix & ~mask(bits)) !== 0n) return undefined;
  return { prefix, bits };
}

export function isInRange(address: IpAddress, { prefix, bits }: IpRange): boolean {
  return (address & mask(bits)) === prefix;
}

function mask(bits: number): bigint {
  return (ALL << BigInt(128 - bits)) & ALL;
}

function parseV4(text: string): bigint {
  return text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** Of a text that is known to be an IPv6 address. */
function parseV6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const gap = new Array<bigint>(8 - left.length - right.length).fill(0n);
  return [...left, ...gap, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

/** Groups of 16 bits; the last two may be written as an IPv4 address. */
function groups(text: string): bigint[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [BigInt(`0x${group}`)];
    const v4 = parseV4(group);
    return [v4 >> 16n, v4 & 0xffffn];
  });
}
