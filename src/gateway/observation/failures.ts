// failures.ts: the last requests that failed by a function's or this host's doing, each with what its guest left behind, cut.
import { MayflyError } from "../../errors.js";
import { formatEnd, type VmEnd } from "../../monitor/vm-end.js";

/** What is read of a request that is over; a `RequestRecord` has it. */
export interface SeenRequest {
  readonly request: number | string;
  /** What it is called, where it has a name: numbers are a process's own. */
  readonly id?: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly failure:
    | {
        /** What the client would have got, had the response not begun. */
        readonly status?: number;
        readonly code: string;
        readonly reason?: string | undefined;
        readonly message: string;
        readonly cause?: unknown;
      }
    | undefined;
  readonly end: VmEnd | undefined;
  readonly console: string;
}

/** As it is shown. Paths, messages, reports and console are clients' and guests' words. */
export interface ShownFailure {
  /** Counts failures, from 1. */
  readonly failure: number;
  /** When, ms since the epoch. */
  readonly at: number;
  readonly function: string;
  /** The name that log and client have for it, or its number. */
  readonly request: number | string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** A word for what happened: "cpu-time-limit", "FUNCTION_THREW". */
  readonly what: string;
  readonly message: string;
  /** Why the guest ended, with its registers, or the stack of what was thrown. "" when there is none. */
  readonly report: string;
  readonly console: string;
}

export const MOST_FAILURES = 50;
const MOST_PATH = 200;
const MOST_TEXT = 2000;

export class Failures {
  readonly #last: ShownFailure[] = [];
  #count = 0;

  /** @returns whether it was worth keeping */
  add(name: string | undefined, seen: SeenRequest): boolean {
    const { failure, status, request, id = request, method, path, console } = seen;
    // Clients that leave or ask for nothing that exists are no failures of ours.
    if (failure === undefined || (failure.status ?? status) < 500) return false;
    if (this.#last.length === MOST_FAILURES) this.#last.shift();
    this.#last.push({
      failure: ++this.#count,
      at: Date.now(),
      function: name ?? "",
      request: id,
      method: cut(method, MOST_PATH),
      path: cut(path, MOST_PATH),
      status,
      what: failure.reason ?? failure.code,
      message: cut(failure.message, MOST_TEXT),
      report: cut(reportOf(seen), MOST_TEXT),
      console: cut(console, MOST_TEXT),
    });
    return true;
  }

  /** Oldest first. */
  get last(): readonly ShownFailure[] {
    return this.#last;
  }
}

function reportOf({ failure, end }: SeenRequest): string {
  const cause = failure?.cause;
  if (end?.report !== undefined || cause === undefined) return end === undefined ? "" : formatEnd(end);
  const stack = cause instanceof MayflyError ? (cause.details ?? "") : "";
  return stack === "" ? String(cause) : `${String(cause)}\n${stack}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
