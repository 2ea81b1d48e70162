// verdict.ts: what a request has failed with, as the host is told of it.
import { host } from "./host.js";
import { tell } from "./thrown.js";

/** By `mayfly-failure`; the runtime itself knows others (guest/js/loop.c, main.c). */
export type Kind = "exception" | "not-a-response" | "out-of-memory";

declare const InternalError: new () => Error;

/** What kind of failure something thrown is. Makes room for telling it when memory is used up. */
export function kindOf(thrown: unknown): Kind {
  return host.relieve() || isAboutMemory(thrown) ? "out-of-memory" : "exception";
}

export function verdictJson(kind: Kind, thrown: unknown): string {
  return JSON.stringify({ error: { kind, ...tell(thrown) } });
}

function isAboutMemory(error: unknown): boolean {
  try {
    return error instanceof InternalError && error.message === "out of memory";
  } catch {
    // It does not let itself be asked.
    return false;
  }
}
