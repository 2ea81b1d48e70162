// outcome.ts: a request's end in a word or two, by which the table of what is allowed knows it. No I/O.
import type { Exchange } from "./exchanges.js";
import type { Reply } from "./reply.js";

export interface Outcome {
  /**
   * `200`; a failure as `STATUS CODE REASON`; `closed`: the connection ended before a byte of the response, `broken` within it; `left`: the
   * client did; `late`: nobody came to an end; `wrong`: whatever else.
   */
  readonly word: string;
  /** What is wrong. */
  readonly detail?: string;
  /** What the gateway called the request. */
  readonly id?: string;
  /** Whether the connection is good for another one. */
  readonly isReusable: boolean;
}

const ID = /^[0-9a-f]{16}$/;
/** Answers from where nobody knows a request by its id: the supervisor, and the parser of a worker. */
const WITHOUT_ID = /^502(?: worker-died)?$|^503 overload no-worker|^400 bad-request$|^431 /;
const REFERS_TO_LATER = /^503 overload|^503 shutting-down/;

export function outcomeOf(reply: Reply, { judge }: Pick<Exchange, "judge">): Outcome {
  const { end, status, headers } = reply;
  if (end === "late") return { word: "late", isReusable: false };
  if (end === "none") return { word: "closed", isReusable: false };
  const id = headers.get("x-request-id");
  const known = id === undefined ? {} : { id };
  if (end !== "whole") return { word: "broken", ...known, isReusable: false };
  const isReusable = headers.get("connection") !== "close";
  const { word, detail } = status === 200 ? { word: "200", detail: judge(reply) } : failureOf(reply);
  const wrong = detail ?? headProblem(word, headers, id);
  return wrong === undefined
    ? { word, ...known, isReusable }
    : { word: "wrong", detail: `${word}: ${wrong}`, ...known, isReusable };
}

function failureOf({ status, body, headers }: Reply): { word: string; detail?: string } {
  try {
    const { error } = JSON.parse(body.toString()) as { error: Record<string, unknown> };
    const { code, reason, message } = error;
    const word = [status, code, reason].filter((part) => part !== undefined).join(" ");
    const isTold = typeof message === "string" && headers.get("content-type") === "application/json";
    return isTold ? { word } : { word, detail: `got the body ${body}` };
  } catch {
    // Where only the head was asked for.
    if (body.length === 0 && headers.get("content-length") !== "0") return { word: String(status) };
    return { word: String(status), detail: `got the body ${JSON.stringify(body.toString().slice(0, 200))}` };
  }
}

function headProblem(word: string, headers: Reply["headers"], id: string | undefined): string | undefined {
  if (id === undefined ? !WITHOUT_ID.test(word) : !ID.test(id)) return `got the id ${id}`;
  if (REFERS_TO_LATER.test(word) && !/^[1-9]\d*$/.test(headers.get("retry-after") ?? ""))
    return `got retry-after: ${headers.get("retry-after")}`;
  return undefined;
}
