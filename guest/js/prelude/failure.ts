// failure.ts: failures as DOMExceptions, with the names that the standards give them.
import { DOMException } from "./native.js";

type Name =
  | "DataCloneError" // structuredClone: it has no copy
  | "DataError" // a key's bytes are no key
  | "InvalidAccessError" // the key is not for this
  | "NotSupportedError" // nobody here can do that
  | "OperationError" // it failed, and the standard does not say more
  | "QuotaExceededError"
  | "SyntaxError"; // usages that do not go with the algorithm

export function failure(name: Name, message: string): Error {
  return new DOMException(message, name);
}

/** mbedTLS's PSA_ERROR_NOT_SUPPORTED, as the extension's message ends. */
const NOT_SUPPORTED = "(PSA error -134)";

/** What the extension does, with its plain errors under a name of the standard's. */
export async function attempt<T>(name: Name, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    if (String(message).endsWith(NOT_SUPPORTED)) throw failure("NotSupportedError", `${what}: not supported`);
    throw failure(name, `${what}: ${message}`);
  }
}
