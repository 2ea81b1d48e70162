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
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw invalid("outbound", options, `an object with ${FIELDS.join(", ")}`);
  for (const key of Object.keys(options))
    if (!FIELDS.includes(key)) throw invalid("outbound", key, `one of ${FIELDS.join(", ")}`);
  const origins = list("origins", options.origins, parseOriginRule, AN_ORIGIN);
  return {
    origins,
    originTexts: options.origins ?? [],
    privateAddresses: list("privateAddresses", options.privateAddresses, parseIpRange, A_RANGE),
    limits: {
      maxRequests: limit("maxRequests", options),
      maxConcurrent: limit("maxConcurrent", options),
      timeoutMs: limit("timeoutMs", options),
      maxResponseBytes: limit("maxResponseBytes", options),
      maxRequestBytes: limit("maxRequestBytes", options),
    },
  };
}

function list<Item>(
  name: string,
  given: readonly string[] | undefined,
  parse: (text: string) => Item | undefined,
  expected: string,
): Item[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw invalid(`outbound.${name}`, given, "a list of texts");
  return given.map((text, index) => {
    const item = typeof text === "string" ? parse(text) : undefined;
    if (item === undefined) throw invalid(`outbound.${name}.${index}`, text, expected);
    return item;
  });
}

function limit(name: keyof OutboundLimits, options: OutboundPolicyOptions): number {
  const { default: usual, least, most, unit } = LIMITS[name];
  const value = options[name] ?? usual;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalid(`outbound.${name}`, value, `a whole number, ${least} to ${most}${unit}`);
}

function invalid(path: string, got: unknown, expected: string): MayflyError {
  const text = JSON.stringify(got) ?? String(got);
  const short = text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  return new MayflyError("OPTION_INVALID", `${path}: got ${short}, expected ${expected}`);
}
