// request-head.ts: checks a guest's method, URL and headers, and leaves out what the host sets itself. No I/O.
import type { OutboundRequest } from "../../device/outbound-client.js";
import { nameRequest, refused } from "./failures.js";
import { parseUrl } from "./origin-rule.js";

export type Header = readonly [name: string, value: string];

/** One request as it goes to one server; a redirect makes a further one. */
export interface Hop {
  readonly method: string;
  /** http: or https:, without user name, password and fragment. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: readonly Header[];
  readonly body: OutboundRequest["body"];
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MOST_URL = 16 * 1024;
const MOST_HEADERS = 64 * 1024;
const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);
const FORBIDDEN = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Headers of the connection and of the message's framing: they are the host's, whatever a guest says. */
const HOSTS_OWN = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** @throws MayflyError OUTBOUND_REFUSED */
export function checkRequest({ method, url, headers, body }: OutboundRequest): Hop {
  const target = checkUrl(url);
  const name = nameRequest(target);
  const verb = checkMethod(name, method);
  if (body !== undefined && (verb === "GET" || verb === "HEAD"))
    throw refused(name, `a body with ${verb}`, "none");
  return { method: verb, url: target, headers: checkHeaders(name, headers), body };
}

/**
 * The URL of a request or of a redirect.
 *
 * @throws MayflyError OUTBOUND_REFUSED
 */
export function checkUrl(text: string, base?: URL): URL {
  const url = text.length <= MOST_URL ? parseUrl(text, base) : undefined;
  const name = nameRequest(url);
  if (url === undefined) throw refused(name, `${text.length} characters`, `a URL of at most ${MOST_URL}`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refused(name, `the scheme ${url.protocol.slice(0, 20)}`, "http: or https:");
  if (url.username !== "" || url.password !== "")
    throw refused(name, "a user name or password in the URL", "an authorization header");
  if (url.href.length > MOST_URL) throw refused(name, `${url.href.length} characters`, `at most ${MOST_URL}`);
  url.hash = "";
  return url;
}

function checkMethod(name: string, method: string): string {
  const upper = method.toUpperCase();
  if (!TOKEN.test(method) || FORBIDDEN.has(upper))
    throw refused(name, `the method ${JSON.stringify(method.slice(0, 20))}`, "one that fetch may send");
  return NORMALIZED.has(upper) ? upper : method;
}

function checkHeaders(name: string, headers: OutboundRequest["headers"]): Header[] {
  let length = 0;
  const checked: Header[] = [];
  for (const [field, raw] of headers) {
    length += field.length + raw.length;
    if (length > MOST_HEADERS) throw refused(name, `more than ${MOST_HEADERS} bytes of headers`, "fewer");
    // A name's or value's own text stays out of the message: it may be a secret.
    if (!TOKEN.test(field)) throw refused(name, "an invalid header name", "a token");
    const value = raw.replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, "");
    if (!VALUE.test(value))
      throw refused(name, "an invalid header value", "bytes without control characters");
    const lower = field.toLowerCase();
    if (!HOSTS_OWN.has(lower) && !/^(?:proxy|sec)-/.test(lower)) checked.push([lower, value]);
  }
  return checked;
}

/** What a request says of itself when the guest does not. */
export function withDefaults({ url, headers }: Hop): Header[] {
  const names = new Set(headers.map(([name]) => name));
  const usual: Header[] = [
    ["accept", "*/*"],
    ["accept-encoding", url.protocol === "https:" ? "br, gzip, deflate" : "gzip, deflate"],
    ["user-agent", "mayfly"],
  ];
  return [...headers, ...usual.filter(([name]) => !names.has(name))];
}
