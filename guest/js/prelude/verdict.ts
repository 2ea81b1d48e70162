// verdict.ts: what a request has failed with: in a word, and in more for people.
import { host } from "./host.js";
import { type Told, tell } from "./thrown.js";

export interface Verdict {
  /** As `mayfly-failure` has it; the runtime itself knows others (guest/js/loop.c, main.c). */
  readonly kind: "exception" | "not-a-response" | "out-of-memory";
  readonly told: Told;
}

declare const InternalError: new () => Error;

/** The error that the engine would have thrown, had it had the memory: it throws null instead. */
const STARVED: Told = { name: "InternalError", message: "out of memory", stack: "" };

/** What something thrown means. Makes room for telling it when memory is used up. */
export function verdictOn(thrown: unknown): Verdict {
  const isRefused = host.relieve();
  // A handler's own null means nothing else when there was no memory either.
  if (thrown === null && (isRefused || host.memoryWasFull())) return { kind: "out-of-memory", told: STARVED };
  const kind = isRefused || isAboutMemory(thrown) ? "out-of-memory" : "exception";
  return { kind, told: tell(thrown) };
}

/** As the host reads it. */
export function verdictJson({ kind, told }: Verdict): string {
  return JSON.stringify({ error: { kind, ...told } });
}

function isAboutMemory(error: unknown): boolean {
  try {
    return error instanceof InternalError && error.message === "out of memory";
  } catch {
    // It does not let itself be asked.
    return false;
  }
}
