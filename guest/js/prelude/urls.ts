// urls.ts: URLs as Request and Response take them: absolute, parsed and written out again.

import { part } from "./parts.js";

/**
 * An absolute URL in its one spelling.
 *
 * @throws TypeError when it is none
 */
export function absoluteUrl(url: string | { toString(): string }): string {
  const { URL } = part("url");
  return new URL(`${url}`).href;
}

/** The same for a request, whose URL carries no credentials. */
export function requestUrl(url: string | { toString(): string }): string {
  const { URL } = part("url");
  const { href, username, password } = new URL(`${url}`);
  if (username !== "" || password !== "")
    throw new TypeError("new Request: got a URL with credentials, expected one without");
  return href;
}
