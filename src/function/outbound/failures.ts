// failures.ts: the errors of requests to the outside, in words that a guest may read: no headers, no queries, nothing of the host.
import { MayflyError } from "../../errors.js";
import { AddressRefused } from "./address-guard.js";

const MOST_NAME = 200;

/** What errors call a request. */
export function nameRequest(url: URL | undefined): string {
  if (url === undefined) return "fetch of an invalid URL";
  // data: and the like have a path alone.
  const slashes = url.pathname.startsWith("/") ? "//" : "";
  const text = `${url.protocol}${slashes}${url.host}${url.pathname}`;
  return `fetch of ${text.length <= MOST_NAME ? text : `${text.slice(0, MOST_NAME)}...`}`;
}

export function refused(name: string, got: string, expected: string, mend?: string): MayflyError {
  return new MayflyError("OUTBOUND_REFUSED", `${name}: got ${got}, expected ${expected}`, {
    ...(mend === undefined ? {} : { mend }),
  });
}

/** @param most the limit and its unit */
export function overLimit(name: string, got: string, most: string, option: string): MayflyError {
  return new MayflyError("OUTBOUND_LIMIT", `${name}: got ${got}, expected at most ${most}`, {
    mend: `raise outbound.${option}`,
  });
}

export function failed(name: string, got: string, expected: string, cause?: unknown): MayflyError {
  return new MayflyError("OUTBOUND_FAILED", `${name}: got ${got}, expected ${expected}`, { cause });
}

/** What the network layer or a decoder said, as one of ours. Ours stay as they are. */
export function asFailure(name: string, error: unknown): unknown {
  if (error instanceof MayflyError || (error instanceof DOMException && error.name === "AbortError"))
    return error;
  if (error instanceof AddressRefused) return addressRefused(name, error);
  return failed(name, codeOf(error) ?? "a broken connection", "a response", error);
}

function addressRefused(name: string, error: AddressRefused): MayflyError {
  const got = error.literal ? `a private address ${error.address}` : "a name with a private address";
  return new MayflyError(
    "OUTBOUND_REFUSED",
    `${name}: got ${got}, expected a public one or one of outbound.privateAddresses`,
    // With its cause for the host's log: a guest is shown the message alone.
    { mend: "list the address in outbound.privateAddresses", cause: error },
  );
}

/** ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED, HPE_INVALID_CONSTANT: what happened, and nothing about where. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : undefined;
}
