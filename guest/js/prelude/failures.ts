// failures.ts: errors that nobody catches: told on the console, and the request goes on.
import { host } from "./host.js";
import { describeThrown } from "./thrown.js";

/** "TypeError: no such thing" and where it was thrown. */
export function describeError(error: Error): string {
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  return stack === "" ? String(error) : `${error}\n${stack}`;
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
