// host-failure.ts: a back-end's failures: the guest gets a code without details, the host gets the error.
import { SystemCallError } from "../linux/system-call-error.js";

/** Told of every error that a back-end throws. `what` is the guest's operation: "block read of 512 bytes at 0". */
export type OnHostFailure = (error: unknown, what: string) => void;

/** For whoever does not want to be told. */
export const ignoreHostFailure: OnHostFailure = () => {};

/** An error of `node:fs` as the one that our own system calls throw. */
export function asSystemCallError(call: string, error: unknown): SystemCallError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return new SystemCallError(call, code);
}
