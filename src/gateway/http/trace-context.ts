// trace-context.ts: which trace a request belongs to, as its `traceparent` says (W3C Trace Context, section 3.2). No I/O.
import type { HeaderList } from "../../monitor/exchange/message.js";

/** A request's place in a distributed trace. Lower-case hexadecimal digits. */
export interface TraceContext {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits: the span of whoever sent the request. */
  readonly parentSpanId: string;
}

/** Version, trace id, parent id, flags; later versions may have more behind them. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const NOT_A_VERSION = "ff";
const ALL_ZEROS = /^0+$/;

/** Undefined when there is none, none that is valid, or more than one: then nobody can tell which is meant. */
export function traceContextOf(headers: HeaderList): TraceContext | undefined {
  let found: string | undefined;
  for (const [name, value] of headers) {
    if (name !== "traceparent") continue;
    if (found !== undefined) return undefined;
    found = value;
  }
  return found === undefined ? undefined : parseTraceparent(found);
}

function parseTraceparent(text: string): TraceContext | undefined {
  const [, version, traceId, parentSpanId, more] = TRACEPARENT.exec(text) ?? [];
  if (traceId === undefined || parentSpanId === undefined || version === NOT_A_VERSION) return undefined;
  if (ALL_ZEROS.test(traceId) || ALL_ZEROS.test(parentSpanId)) return undefined;
  if (version === "00" && more !== undefined) return undefined;
  return { traceId, parentSpanId };
}
