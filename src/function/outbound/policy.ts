// policy.ts: what a function may ask the outside for, as checked values. No I/O.
import { MayflyError } from "../../errors.js";
import { type IpRange, parseIpRange } from "./ip-address.js";
import { type OriginRule, parseOriginRule } from "./origin-rule.js";

/** What a function's requests to the outside may do, as a caller gives it. Limits count anew for each call of the function. */
export interface OutboundPolicyOptions {
  /**
   * Where requests may go; nowhere unless given. "https://api.example.com" is that origin, "https://*.example.com" one with one label in
   * the star's place, "*" any. An origin that is a private address, or localhost, allows just that address.
   */
  readonly origins?: readonly string[];
  /** Addresses that origins may lead to although they are not public: "10.0.0.5", "10.1.0.0/16", "fd00::/8". None unless given. */
  readonly privateAddresses?: readonly string[];
  /** Requests in all, each redirect counted, 0 to 10,000. Default 50. */
  readonly maxRequests?: number;
  /** Requests at once, 1 to 1,000. Default 16. */
  readonly maxConcurrent?: number;
  /** For one request, from its start to the end of its response, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** Bodies of all responses, decoded. Default 8 MiB. */
  readonly maxResponseBytes?: number;
  /** Bodies of all requests. Default 8 MiB. */
  readonly maxRequestBytes?: number;
}

export interface OutboundPolicy {
  readonly origins: readonly OriginRule[];
  /** The origins as they were given, for errors. */
  readonly originTexts: readonly string[];
  readonly privateAddresses: readonly IpRange[];
  readonly limits: OutboundLimits;
}

export interface OutboundLimits {
  readonly maxRequests: number;
  readonly maxConcurrent: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxRequestBytes: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;
const LIMITS: Record<keyof OutboundLimits, { default: number; least: number; most: number; unit: string }> = {
  maxRequests: { default: 50, least: 0, most: 10_000, unit: "" },
  maxConcurrent: { default: 16, least: 1, most: 1000, unit: "" },
  timeoutMs: { default: 10_000, least: 1, most: DAY_MS, unit: " (ms)" },
  maxResponseBytes: { default: 8 * MIB, least: 0, most: Number.MAX_SAFE_INTEGER, unit: " (bytes)" },
  maxRequestBytes: { default: 8 * MIB, least: 0, most: Number.MAX_SAFE_INTEGER, unit: " (bytes)" },
};
const FIELDS = ["origins", "privateAddresses", ...Object.keys(LIMITS)];

const AN_ORIGIN = 'an origin such as "https://api.example.com" or "https://*.example.com", or "*"';
const A_RANGE =
  'an address or a range such as "10.0.0.5" or "10.0.0.0/8", with no bits set behind its prefix';

/** @throws MayflyError OPTION_INVALID: the first mistake, with its path */
export function checkOutboundPolicy(options: OutboundPolicyOptions): OutboundPolicy {
  return readOutboundPolicy(options, (path, got, expected) => {
    const text = JSON.stringify(got) ?? String(got);
    const short = text.length <= 60 ? text : `${text.slice(0, 57)}...`;
    const at = ["outbound", ...path].join(".");
    throw new MayflyError("OPTION_INVALID", `${at}: got ${short}, expected ${expected}`);
  });
}

/** Told of every mistake: where below the policy it is, what was found, and what was expected. */
export type OnPolicyMistake = (path: readonly (string | number)[], got: unknown, expected: string) => void;

/** The policy without what is wrong with it, of which `onMistake` is told. */
export function readOutboundPolicy(given: unknown, onMistake: OnPolicyMistake): OutboundPolicy {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  if (!isObject) onMistake([], given, `an object with ${FIELDS.join(", ")}`);
  const options: Readonly<Record<string, unknown>> = isObject ? { ...given } : {};
  for (const key of Object.keys(options))
    if (!FIELDS.includes(key)) onMistake([], key, `one of ${FIELDS.join(", ")}`);
  const origins = list("origins", options, parseOriginRule, AN_ORIGIN, onMistake);
  const limitOf = (name: keyof OutboundLimits): number => limit(name, options, onMistake);
  return {
    origins: origins.map(({ item }) => item),
    originTexts: origins.map(({ text }) => text),
    privateAddresses: list("privateAddresses", options, parseIpRange, A_RANGE, onMistake).map(
      ({ item }) => item,
    ),
    limits: {
      maxRequests: limitOf("maxRequests"),
      maxConcurrent: limitOf("maxConcurrent"),
      timeoutMs: limitOf("timeoutMs"),
      maxResponseBytes: limitOf("maxResponseBytes"),
      maxRequestBytes: limitOf("maxRequestBytes"),
    },
  };
}

function list<Item>(
  name: string,
  options: Readonly<Record<string, unknown>>,
  parse: (text: string) => Item | undefined,
  expected: string,
  onMistake: OnPolicyMistake,
): { item: Item; text: string }[] {
  const given = options[name] ?? [];
  if (!Array.isArray(given)) {
    onMistake([name], given, "a list of texts");
    return [];
  }
  return given.flatMap((text: unknown, index) => {
    const item = typeof text === "string" ? parse(text) : undefined;
    if (item !== undefined) return [{ item, text: text as string }];
    onMistake([name, index], text, expected);
    return [];
  });
}

function limit(
  name: keyof OutboundLimits,
  options: Readonly<Record<string, unknown>>,
  onMistake: OnPolicyMistake,
): number {
  const { default: usual, least, most, unit } = LIMITS[name];
  const value = options[name] ?? usual;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most)
    return value;
  onMistake([name], value, `a whole number, ${least} to ${most}${unit}`);
  return usual;
}
