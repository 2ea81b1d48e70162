// function-error.ts: why a call of a function failed, as a typed error: what it threw, or which limit it broke.
import { type ErrorCode, MayflyError } from "../errors.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import type { VmEnd, VmEndReason } from "../monitor/vm-end.js";
import type { FunctionLimits } from "./function-limits.js";
import type { StackPlaces } from "./stack-places.js";
import { originsOf, type Thrown, thrownFrom, wordsOf } from "./thrown.js";

export interface FunctionErrorOptions {
  readonly mend?: string;
  readonly details?: string;
  readonly cause?: unknown;
  readonly thrown?: Thrown;
  readonly end?: VmEnd;
  readonly limit?: keyof FunctionLimits;
}

/** A call that failed through the function's own doing. The next call is served all the same. */
export class FunctionError extends MayflyError {
  /** With FUNCTION_THREW and FUNCTION_NO_RESPONSE. */
  readonly thrown: Thrown | undefined;
  /** How its VM ended, when it did. */
  readonly end: VmEnd | undefined;
  /** The limit that it broke: of `limits`, as the mend says. */
  readonly limit: keyof FunctionLimits | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { limit, thrown, end, ...options }: FunctionErrorOptions = {},
  ) {
    super(code, message, { ...(limit !== undefined && { mend: mendOf(limit) }), ...options });
    this.name = "FunctionError";
    this.thrown = thrown;
    this.end = end;
    this.limit = limit;
  }
}

/** By what the runtime says in its header `mayfly-failure`. */
const FAILURES: ReadonlyMap<string, ErrorCode> = new Map([
  ["exception", "FUNCTION_THREW"],
  ["not-a-response", "FUNCTION_NO_RESPONSE"],
  ["never-settled", "FUNCTION_NEVER_SETTLED"],
  ["out-of-memory", "FUNCTION_OUT_OF_MEMORY"],
  ["stack-overflow", "FUNCTION_STACK_OVERFLOW"],
]);
const FAILURE_HEADER = "mayfly-failure";
/** A runtime tells a failure in less than this; a hostile image may say anything. */
const MOST_TOLD_BYTES = 128 * 1024;

/** Failures after which the VM is as good as after any other call. */
const HARMLESS: readonly ErrorCode[] = ["FUNCTION_THREW", "FUNCTION_NO_RESPONSE", "FUNCTION_NEVER_SETTLED"];

/** Whether a VM may be put back and serve again behind this error. */
export function leavesSoundVm(error: FunctionError): boolean {
  return error.end === undefined && HARMLESS.includes(error.code);
}

/** Whether the runtime answers in its own name; what it says. */
export function failureKind({ status, headers }: ExchangeResponse): string | undefined {
  if (status !== 500) return undefined;
  return headers.find(([name]) => name === FAILURE_HEADER)?.[1];
}

/** The error that a runtime's own answer means. */
export async function failureOf(
  response: ExchangeResponse,
  kind: string,
  places: StackPlaces,
): Promise<FunctionError> {
  return errorTold(kind, parseTold(await readTold(response)), places, {});
}

function errorTold(
  kind: unknown,
  told: unknown,
  places: StackPlaces,
  ended: { cause?: unknown; end?: VmEnd },
): FunctionError {
  const thrown = thrownFrom(told, places.map);
  const word = typeof kind === "string" ? kind : "";
  const code = FAILURES.get(word) ?? "FUNCTION_THREW";
  if (code !== "FUNCTION_THREW" && code !== "FUNCTION_NO_RESPONSE")
    return new FunctionError(code, `the function failed: ${thrown.message || word}`, {
      ...ended,
      ...(code === "FUNCTION_OUT_OF_MEMORY" && { limit: "memoryMiB" }),
    });
  const sentence =
    code === "FUNCTION_THREW"
      ? `the function threw ${wordsOf(thrown)}`
      : `the function gave no response: ${thrown.message}`;
  const details = originsOf(thrown);
  return new FunctionError(code, sentence, { ...ended, thrown, ...(details !== "" && { details }) });
}

const ENDS: Partial<Record<VmEndReason, ErrorCode>> = {
  "cpu-time-limit": "FUNCTION_CPU_LIMIT",
  "wall-time-limit": "FUNCTION_WALL_LIMIT",
  "memory-limit": "FUNCTION_OUT_OF_MEMORY",
};

const LIMITS: Partial<Record<ErrorCode, keyof FunctionLimits>> = {
  FUNCTION_CPU_LIMIT: "cpuTimeMs",
  FUNCTION_WALL_LIMIT: "wallTimeMs",
  FUNCTION_OUT_OF_MEMORY: "memoryMiB",
};

function mendOf(limit: keyof FunctionLimits): string {
  return `raise limits.${limit}, if it needs that much`;
}

/** The error that the end of a VM means for its call. */
export function endError(end: VmEnd, cause: unknown, places: StackPlaces): FunctionError {
  if (end.reason === "response-abandoned") {
    // As it came it may hold secrets: what was read of it is in the error, without them.
    const { told, ...shown } = end;
    const words = parseTold(told ?? "");
    return errorTold(words.kind, words, places, { cause, end: shown });
  }
  const code = ENDS[end.reason] ?? "FUNCTION_ENDED";
  const limit = LIMITS[code];
  return new FunctionError(code, `the function failed: ${end.message}`, {
    ...(limit !== undefined && { limit }),
    ...(end.reason === "halt" && { mend: "its console output says why" }),
    cause,
    end,
  });
}

/** The error for a call whose function is closed meanwhile. */
export function closedError(end: VmEnd, cause: unknown): FunctionError {
  return new FunctionError("FUNCTION_CLOSED", "the function was closed while it answered", { cause, end });
}

export function bodyTooLong(whose: "request" | "response", bytes: number, most: number): FunctionError {
  return new FunctionError(
    "FUNCTION_BODY_LIMIT",
    `the ${whose}'s body: got ${bytes} bytes or more, expected at most ${most}`,
    { limit: "bodyBytes" },
  );
}

async function readTold({ body }: ExchangeResponse): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MOST_TOLD_BYTES) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function parseTold(json: string): Readonly<Record<string, unknown>> {
  try {
    const { error } = JSON.parse(json) as { error?: unknown };
    if (typeof error === "object" && error !== null) return error as Record<string, unknown>;
  } catch {
    // It is no runtime of ours.
  }
  return { name: "unknown", message: "something, and does not say what" };
}
