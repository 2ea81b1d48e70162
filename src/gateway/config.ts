// config.ts: the gateway's config as checked values. Every mistake is reported at once. No I/O.
import { z } from "zod";
import { MayflyError } from "../errors.js";
import { checkOutboundPolicy, type OutboundPolicyOptions } from "../function/outbound/policy.js";

/** Limits of a route's VMs; see LimitOptions. */
export interface RouteLimits {
  readonly memoryMiB: number;
  readonly wallTimeMs: number;
  readonly cpuTimeMs: number;
  /** Largest request body. */
  readonly bodyBytes: number;
}

export interface RouteConfig {
  /** "/hello": this path alone. "/files/*": this path and all below it. */
  readonly path: string;
  /** The image's file: booted for every request. Relative to the config file there, to the working directory here. */
  readonly image?: string | undefined;
  /** Or a function's: a handler or its image, run from its snapshot. Relative likewise. */
  readonly function?: string | undefined;
  readonly limits: RouteLimits;
  /** What the function may `fetch`; nothing unless given. */
  readonly outbound?: OutboundPolicyOptions | undefined;
}

/** What `parseGatewayConfig` makes of a config file: complete, every default filled in. */
export interface GatewayConfig {
  /** What errors call it: the file's path, as a rule. */
  readonly name: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly routes: readonly RouteConfig[];
  readonly concurrency: {
    /** VMs at once. */
    readonly vms: number;
    /** Requests that may wait for one. */
    readonly queue: number;
    /** How long a request waits at most, ms. */
    readonly queueMs: number;
  };
}

/** A whole number in a range. Each schema's message is what was expected. */
function whole(from: number, to: number, unit = ""): z.ZodNumber {
  const message = `a whole number, ${from} to ${to}${unit === "" ? "" : ` (${unit})`}`;
  return z.int(message).min(from, message).max(to, message);
}

/** An object whose fields are all known. */
function record<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      `${code === "unrecognized_keys" ? "one of" : "an object with"} ${Object.keys(shape).join(", ")}`,
  });
}

/** What a path may be made of (RFC 3986, section 3.3), with "/*" at its end or without. */
const PATH = /^\/(?:[A-Za-z0-9._~!$&'()+,;=:@%/-]*|(?:[A-Za-z0-9._~!$&'()+,;=:@%/-]*\/)?\*)$/;
const DAY_MS = 24 * 60 * 60 * 1000;
const TEXT = "a text that is not empty";

const limits = record({
  memoryMiB: whole(2, 4096, "MiB").default(32),
  wallTimeMs: whole(1, DAY_MS, "ms").default(10_000),
  cpuTimeMs: whole(1, DAY_MS, "ms").default(5000),
  bodyBytes: whole(0, Number.MAX_SAFE_INTEGER, "bytes").default(16 * 1024 * 1024),
});

const route = record({
  path: z.string("a path").regex(PATH, 'a path that starts with "/", such as "/hello" or "/files/*"'),
  image: z.string(TEXT).min(1, TEXT).optional(),
  function: z.string(TEXT).min(1, TEXT).optional(),
  limits: limits.prefault({}),
  outbound: z.custom<OutboundPolicyOptions>().optional(),
}).superRefine(({ image, function: fn, outbound }, { addIssue }) => {
  const issue = (field: string, input: unknown, message: string) =>
    addIssue({ code: "custom", path: [field], input, message });
  if (image === undefined && fn === undefined)
    issue("image", image, 'an image, or a "function" in its place');
  if (image !== undefined && fn !== undefined) issue("function", fn, 'nothing beside an "image"');
  if (outbound === undefined) return;
  if (fn === undefined) issue("outbound", outbound, 'nothing without a "function"');
  const sentence = outboundMistake(outbound);
  if (sentence !== undefined) addIssue({ code: "custom", path: [], params: { sentence } });
});

/** What is wrong with a policy, its path first; undefined when nothing is. */
function outboundMistake(outbound: OutboundPolicyOptions): string | undefined {
  try {
    checkOutboundPolicy(outbound);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const config = record({
  listen: record({
    host: z.string(TEXT).min(1, TEXT).default("127.0.0.1"),
    port: whole(0, 65535).default(8080),
  }).prefault({}),
  routes: z
    .array(route, "a list of routes")
    .min(1, "at least one route")
    .superRefine((routes, { addIssue }) => {
      const seen = new Set<string>();
      for (const [i, { path }] of routes.entries()) {
        if (seen.has(path))
          addIssue({
            code: "custom",
            path: [i, "path"],
            input: path,
            message: "a path that no other route has",
          });
        seen.add(path);
      }
    }),
  concurrency: record({
    vms: whole(1, 10_000).default(64),
    queue: whole(0, 1_000_000).default(256),
    queueMs: whole(1, DAY_MS, "ms").default(1000),
  }).prefault({}),
});

/**
 * Checks a config and fills in what it leaves out.
 *
 * @param value as JSON.parse gives it
 * @param name what errors call it
 * @throws MayflyError CONFIG_INVALID: every mistake, each with its path, what was found and what was expected
 */
export function parseGatewayConfig(value: unknown, name = "config"): GatewayConfig {
  const result = config.safeParse(value, { reportInput: true });
  if (result.success) return { name, ...result.data };
  throw mistakes(name, result.error.issues.flatMap(describe));
}

/** The one error for all mistakes of a config. */
export function mistakes(name: string, found: readonly string[]): MayflyError {
  const message =
    found.length === 1
      ? `${name}: ${found[0]}`
      : `${name}: ${found.length} mistakes\n  ${found.join("\n  ")}`;
  return new MayflyError("CONFIG_INVALID", message);
}

function describe(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join(".");
  const inside = at === "" ? "" : `${at}: `;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${inside}got a field ${JSON.stringify(key)}, expected ${issue.message}`);
  // A sentence of another check's, which goes on with the path.
  if (issue.code === "custom" && issue.params !== undefined) return [`${at}.${issue.params.sentence}`];
  return [`${inside}got ${show(issue.input)}, expected ${issue.message}`];
}

/** A value as short JSON. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
