// settings-schema.ts: how one function runs, as a schema. What it gives has only fields with units; defaults are filled in later.
import { z } from "zod";
import { type OutboundPolicyOptions, readOutboundPolicy } from "../../function/outbound/policy.js";
import { byName, DAY_MS, duration, record, text, whole } from "./fields.js";

const MIB = 1024 * 1024;

export const limitsSchema = record({
  memoryMiB: whole(2, 4096, "MiB").optional(),
  wallTime: duration(1).optional(),
  cpuTime: duration(1).optional(),
  bodyMiB: whole(0, 1024 * MIB, "MiB").optional(),
  wallTimeMs: whole(1, DAY_MS, "ms").optional(),
  cpuTimeMs: whole(1, DAY_MS, "ms").optional(),
  bodyBytes: whole(0, Number.MAX_SAFE_INTEGER, "bytes").optional(),
}).transform(({ memoryMiB, wallTime, cpuTime, bodyMiB, wallTimeMs, cpuTimeMs, bodyBytes }, context) => ({
  memoryMiB,
  wallTimeMs: either(context, { wallTime, wallTimeMs }),
  cpuTimeMs: either(context, { cpuTime, cpuTimeMs }),
  bodyBytes: either(context, { bodyMiB: bodyMiB === undefined ? undefined : bodyMiB * MIB, bodyBytes }),
}));

export const concurrencySchema = record({
  vms: whole(1, 10_000).optional(),
  queue: whole(0, 1_000_000).optional(),
  queueTime: duration(1).optional(),
  queueMs: whole(1, DAY_MS, "ms").optional(),
}).transform(({ vms, queue, queueTime, queueMs }, context) => ({
  vms,
  queue,
  queueMs: either(context, { queueTime, queueMs }),
}));

const outbound = z.unknown().transform((value, { addIssue }) => {
  readOutboundPolicy(value, (path, input, message) =>
    addIssue({ code: "custom", path: [...path], input, message }),
  );
  return value as OutboundPolicyOptions;
});

/** Names that every shell and every language can say. */
export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const A_VARIABLE = "a name of letters, digits and _";

const variable = text().regex(VARIABLE, A_VARIABLE);
export const sourceSchema = record({ env: variable.optional(), file: text().optional() }).superRefine(
  ({ env, file }, { addIssue }) => {
    if ((env === undefined) === (file === undefined))
      addIssue({ code: "custom", input: {}, message: 'either { "env": NAME } or { "file": PATH }' });
  },
);

/** Fields of a function's entry that are settings. */
export const settingsShape = {
  isolation: z
    .enum(["request", "instance", "boot"], { error: 'one of "request", "instance", "boot"' })
    .optional(),
  limits: limitsSchema.optional(),
  env: variables(z.string("a text"), "texts").optional(),
  secrets: variables(sourceSchema, "sources").optional(),
  outbound: outbound.optional(),
  concurrency: concurrencySchema.optional(),
  keepWarm: whole(0, 10_000).optional(),
  idle: duration(0).optional(),
};

export const settingsSchema = record(settingsShape);
export type Settings = z.output<typeof settingsSchema>;
export type Source = z.output<typeof sourceSchema>;

function variables<Value extends z.ZodType>(value: Value, what: string) {
  return byName(value, what).superRefine((given, { addIssue }) => {
    const keys = Object.keys(given).filter((key) => !VARIABLE.test(key));
    if (keys.length > 0) addIssue({ code: "unrecognized_keys", keys, input: given, message: A_VARIABLE });
  });
}

/** The value of a field that has two spellings, of which one may be used. */
function either(
  { addIssue }: z.core.$RefinementCtx,
  spellings: Readonly<Record<string, number | undefined>>,
): number | undefined {
  const [first, second] = Object.entries(spellings).filter(([, value]) => value !== undefined);
  if (first !== undefined && second !== undefined)
    addIssue({
      code: "custom",
      path: [second[0]],
      input: second[1],
      message: `nothing beside ${JSON.stringify(first[0])}`,
    });
  return first?.[1];
}
