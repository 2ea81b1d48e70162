// json-log.ts: one JSON object a request, through pino, for programs. Times in ms.
import { pino } from "pino";
import { MayflyError } from "../errors.js";
import { formatEnd } from "../monitor/vm-end.js";
import type { OnRequest, RequestRecord } from "./request-record.js";

/**
 * Writes an object for each request: level error when this host failed, warn when the request did, info otherwise.
 *
 * @param write gets what makes a line, with its end: a busy server makes many of them in a row, later
 * @param base what each of them says besides
 * @example
 * const gateway = await Gateway.listen(config, monitor, { onRequest: jsonLog((line) => process.stdout.write(line())) });
 */
export function jsonLog(
  write: (line: () => string) => void,
  base: Readonly<Record<string, unknown>> = {},
): OnRequest {
  /** Of the line that is made: when its request was over, and the line itself. */
  let time = "";
  let made = "";
  const logger = pino(
    { base, timestamp: () => `,"time":"${time}"` },
    {
      write(line: string) {
        made = line;
      },
    },
  );
  return (record) => {
    const over = new Date();
    write(() => {
      time = over.toISOString();
      logger[levelOf(record)](requestFields(record), "request");
      return made;
    });
  };
}

function levelOf({ failure }: RequestRecord): "info" | "warn" | "error" {
  if (failure === undefined) return "info";
  return failure.status === 500 ? "error" : "warn";
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
    host,
    protocol,
    userAgent,
    clientRequestId,
    status,
    totalMs,
    responseBytes,
    vm,
    cost,
    failure,
    end,
    console,
  } = record;
  const fields: Record<string, unknown> = {
    request,
    id,
    client,
    method,
    host,
    path,
    protocol: `HTTP/${protocol}`,
    status,
    responseBytes,
    totalMs: ms(totalMs),
  };
  if (userAgent !== undefined) fields.userAgent = userAgent;
  if (clientRequestId !== undefined) fields.clientRequestId = clientRequestId;
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
