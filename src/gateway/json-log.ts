// json-log.ts: one JSON object a request, through pino, for programs. Times in ms.
import type { Logger } from "pino";
import { MayflyError } from "../errors.js";
import { formatEnd } from "../monitor/vm-end.js";
import type { OnRequest, RequestRecord } from "./request-record.js";

/** Writes an object for each request: level error when this host failed, warn when the request did, info otherwise. */
export function jsonLog(logger: Logger): OnRequest {
  return (record) => {
    const level = record.failure === undefined ? "info" : record.failure.status === 500 ? "error" : "warn";
    logger[level](requestFields(record), "request");
  };
}

/** The fields of a request's line. */
export function requestFields(record: RequestRecord): Record<string, unknown> {
  const {
    request,
    id,
    trace,
    client,
    function: name,
    method,
    path,
    status,
    totalMs,
    vm,
    cost,
    failure,
    end,
    console,
  } = record;
  const fields: Record<string, unknown> = { request, id, client, method, path, status, totalMs: ms(totalMs) };
  if (trace !== undefined) {
    fields.traceId = trace.traceId;
    fields.parentSpanId = trace.parentSpanId;
  }
  if (name !== undefined) fields.function = name;
  if (vm !== undefined) fields.vm = vm;
  if (cost !== undefined) {
    for (const [step, value] of Object.entries(cost.steps)) fields[`${step}Ms`] = ms(value);
    fields.cpuMs = ms(cost.cpuMs);
  }
  if (failure !== undefined) {
    const { code, reason, message, cause } = failure;
    fields.error =
      cause === undefined ? { code, reason, message } : { code, reason, message, cause: String(cause) };
    if (cause instanceof MayflyError && cause.details !== undefined) fields.stack = cause.details;
  }
  if (end?.report !== undefined) fields.report = formatEnd(end);
  if (console !== "") fields.console = console;
  return fields;
}

/** Microseconds are as fine as it gets. */
function ms(value: number): number {
  return Math.round(value * 1000) / 1000;
}
