// error-words.ts: errors between processes: what can be told of one, and the error made of that again.
import { type ErrorCode, MayflyError } from "../../errors.js";
import type { ErrorWords } from "./messages.js";

export function wordsOf(error: unknown): ErrorWords {
  if (error instanceof MayflyError)
    return { code: error.code, message: error.message, mend: error.mend, details: error.details };
  // A bug: where it is must not be lost on the way.
  const details = error instanceof Error ? error.stack : undefined;
  return {
    code: undefined,
    message: error instanceof Error ? error.message : String(error),
    mend: undefined,
    details,
  };
}

export function errorOf({ code, message, mend, details }: ErrorWords): Error {
  if (code === undefined) return new Error(details ?? message);
  return new MayflyError(code as ErrorCode, message, {
    ...(mend !== undefined && { mend }),
    ...(details !== undefined && { details }),
  });
}
