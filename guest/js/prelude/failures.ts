// failures.ts: errors that nobody catches: told on the console, and the request goes on.
import { host } from "./host.js";

/** "TypeError: no such thing" and where it was thrown. */
export function describeError(error: Error): string {
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  return stack === "" ? String(error) : `${error}\n${stack}`;
}

/** What was thrown, in text. Reading it may run the application's code, which may throw again. */
export function describeThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? describeError(thrown) : `thrown: ${nameOf(thrown)}`;
  } catch {
    return "thrown: something that cannot be read";
  }
}

/** In a few words. An object may refuse to tell. */
export function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return `an object of class ${value.constructor?.name ?? "unknown"}`;
  } catch {
    return "an object that does not tell its class";
  }
}

/** The global reportError(). */
export function report(error: unknown): void {
  host.print(`error: uncaught: ${describeThrown(error)}`);
}

/** Rejected promises that nobody has handled so far, with their reasons. */
const unhandled = new Map<object, unknown>();

host.rejected = (promise, reason, handled) => {
  if (handled) unhandled.delete(promise);
  else unhandled.set(promise, reason);
};

/** Tells of rejections that nobody handled although all promise jobs are done. */
export function reportRejections(): void {
  if (unhandled.size === 0) return;
  const reasons = [...unhandled.values()];
  unhandled.clear();
  for (const reason of reasons) host.print(`error: unhandled rejection: ${describeThrown(reason)}`);
}
