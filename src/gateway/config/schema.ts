// schema.ts: what a configuration may be made of. Functions and routes are checked one by one, so that one bad entry hides no other's mistakes.
import { isIP } from "node:net";
import { z } from "zod";
import { parseIpRange } from "../../function/outbound/ip-address.js";
import { KEEP_ALIVE_MS } from "../http/keep-alive.js";
import { parseHostPattern } from "../routing/host-name.js";
import { readRoutePath } from "../routing/route-path.js";
import { byName, duration, flag, listOf, record, text, whole } from "./fields.js";
import { concurrencySchema, limitsSchema, settingsSchema, settingsShape } from "./settings-schema.js";

const AN_ADDRESS = 'an address or a range such as "10.0.0.5" or "10.0.0.0/8"';
const LISTEN_HOST = 'an address or a name of this host, such as "127.0.0.1", "::" or "localhost"';
const A_HOST = 'a name such as "example.com" or "*.example.com", without a port';

const host = z.string(A_HOST).transform((name, { addIssue }) => {
  const pattern = parseHostPattern(name);
  if (pattern !== undefined) return pattern;
  addIssue({ code: "custom", input: name, message: A_HOST });
  return z.NEVER;
});

/** Whether it is one of this host's shows when it is listened at. */
const listenHost = z
  .string(LISTEN_HOST)
  .refine((host) => isIP(host) !== 0 || /^(?!-)[\w-]+(?:\.[\w-]+)*\.?$/.test(host), LISTEN_HOST);

export const topSchema = record({
  listen: record({
    host: listenHost.default("127.0.0.1"),
    port: whole(0, 65535).default(8080),
    tls: record({ cert: text(), key: text() }).optional(),
  }).prefault({}),
  admin: record({
    host: listenHost.default("127.0.0.1"),
    port: whole(0, 65535).default(8081),
    hosts: listOf(host, "hosts").default([]),
  }).optional(),
  workers: z
    .union([whole(1, 256), z.literal("cores")], { error: 'a whole number, 1 to 256, or "cores"' })
    .default("cores"),
  hangTime: duration(1000).default(10_000),
  keepAlive: duration(1000).default(KEEP_ALIVE_MS),
  drainTime: duration(0).default(10_000),
  drainDelay: duration(0).default(0),
  memoryMiB: whole(2, 1024 * 1024, "MiB").optional(),
  trustForwarded: listOf(
    z.string(AN_ADDRESS).refine((range) => parseIpRange(range) !== undefined, AN_ADDRESS),
    "addresses",
  ).default([]),
  serverTiming: flag().default(false),
  watch: flag().default(false),
  directory: text().optional(),
  defaults: settingsSchema.prefault({}),
  concurrency: concurrencySchema.optional(),
  functions: byName(z.unknown(), "functions").default({}),
  routes: listOf(z.unknown(), "routes").default([]),
});
export type Top = z.output<typeof topSchema>;

export const functionSchema = z.preprocess(
  (value) => (typeof value === "string" ? { file: value } : value),
  record({ file: text().optional(), ...settingsShape }),
);

export type FunctionEntry = z.output<typeof functionSchema>;

export const routeSchema = record({
  path: z.string("a path").superRefine((path, { addIssue }) => {
    const read = readRoutePath(path);
    if (typeof read === "string") addIssue({ code: "custom", input: path, message: read });
  }),
  hosts: listOf(host, "hosts").default([]),
  function: text().optional(),
  image: text().optional(),
  static: text().optional(),
  limits: limitsSchema.optional(),
}).superRefine(({ path, limits, ...targets }, { addIssue }) => {
  const issue = (field: string, input: unknown, message: string) =>
    addIssue({ code: "custom", path: [field], input, message });
  const fields = ["function", "image", "static"] as const;
  const [first, ...more] = fields.filter((field) => targets[field] !== undefined);
  if (first === undefined) issue("function", undefined, 'a function, or an "image" or "static" in its place');
  for (const field of more) issue(field, targets[field], `nothing beside ${JSON.stringify(first)}`);
  if (targets.static !== undefined && !path.endsWith("/*"))
    issue("path", path, 'a path that ends in "/*" for static files');
  if (targets.static !== undefined && limits !== undefined) issue("limits", limits, "none for static files");
});
export type RouteEntry = z.output<typeof routeSchema>;
