// http-failure.ts: a request that gets no answer from a guest, as a value: status, code and one sentence for the client.

/** A guest's buffer of 64 KiB holds a head of this size, whatever the lengths of its strings. */
export const HEAD_BYTES = 32 * 1024;

/** What a client's JSON says. One line each. */
export type FailureCode =
  | "bad-request" // 400: not HTTP, or a Host header that names no host
  | "not-found" // 404: no route has this path
  | "method-not-allowed" // 405: files are only read
  | "request-timeout" // 408: the client took too long to send its request
  | "too-large" // 413: the body is larger than the route allows
  | "head-too-large" // 431: the request's headers are larger than a guest's buffer
  | "client-gone" // 499, only in the log: the client left before it was answered
  | "function-failed" // 500: the function threw, or gave no response; `reason` says which
  | "not-implemented" // 501: the body comes in a way that the gateway does not know
  | "host-failed" // 500: this host could not make or run a VM: not the guest's fault
  | "guest-crashed" // 502: the VM ended before it had answered; `reason` says by what
  | "bad-response" // 502: the guest's response breaks HTTP
  | "broken-off" // 502: the time to drain was over before the request was answered
  | "worker-died" // 502: the process that had the request ended before it had answered
  | "overload" // 503: all VMs are busy and the queue is full, or waiting took too long
  | "shutting-down" // 503: the time to drain was over before the request had a VM
  | "time-out"; // 504: the VM used up its wall or CPU time; `reason` says which

export interface FailureDetails {
  /** More exactly, for programs: why the VM ended, say. */
  readonly reason?: string;
  /** What whoever runs the gateway can do about it. */
  readonly mend?: string;
  /** When to come again, seconds. */
  readonly retryAfterSeconds?: number;
  /** The methods that would do. */
  readonly allow?: string;
  readonly cause?: unknown;
}

/** Thrown on the way of a request; ends it with this status. Its message goes to the client: no addresses, no paths. */
export class HttpFailure extends Error {
  readonly status: number;
  readonly code: FailureCode;
  readonly reason: string | undefined;
  readonly mend: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: string | undefined;

  constructor(status: number, code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "HttpFailure";
    this.status = status;
    this.code = code;
    this.reason = details.reason;
    this.mend = details.mend;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.allow = details.allow;
  }
}

/**
 * The body of a failed request's response.
 *
 * @param requestId what the log calls the request, if it got so far
 */
export function failureJson(failure: HttpFailure, requestId?: string): string {
  const { code, reason, message, mend } = failure;
  return `${JSON.stringify({ error: { code, reason, message, mend, requestId } })}\n`;
}

/** The client left: nobody is there to be told. */
export function clientGone(): HttpFailure {
  return new HttpFailure(499, "client-gone", "the client left before it was answered");
}

export function notHttp1(): HttpFailure {
  return new HttpFailure(400, "bad-request", "the request is not HTTP/1.1");
}

export function headTooLarge(): HttpFailure {
  return new HttpFailure(431, "head-too-large", `the request's head has more than ${HEAD_BYTES} bytes`);
}
