// redirect.ts: what a redirect makes of a request, after the Fetch standard's "HTTP-redirect fetch". No I/O.
import { failed, nameRequest } from "./failures.js";
import { checkUrl, type Header, type Hop } from "./request-head.js";

const MOST_REDIRECTS = 20;
const STATUSES = new Set([301, 302, 303, 307, 308]);
/** What describes a body goes with it. */
const OF_BODY = new Set(["content-encoding", "content-language", "content-location", "content-type"]);
/** What was meant for one origin is not told to another. */
const OF_ORIGIN = new Set(["authorization", "cookie", "cookie2"]);

export interface RedirectRule {
  readonly mode: "follow" | "error" | "manual";
  /** Redirects that were followed so far. */
  readonly followed: number;
}

/**
 * The request that a response asks for; undefined when it is the answer itself.
 *
 * @throws MayflyError OUTBOUND_FAILED when the redirect cannot or must not be followed, OUTBOUND_REFUSED when its URL is none for us
 */
export function redirected(
  hop: Hop,
  answer: { readonly status: number; readonly headers: readonly Header[] },
  { mode, followed }: RedirectRule,
): Hop | undefined {
  const location = answer.headers.find(([name]) => name === "location")?.[1];
  if (!STATUSES.has(answer.status) || mode === "manual") return undefined;
  const name = nameRequest(hop.url);
  if (mode === "error") throw failed(name, `a redirect (${answer.status})`, "none, for redirect is error");
  if (location === undefined) return undefined;
  if (followed >= MOST_REDIRECTS) throw failed(name, `more than ${MOST_REDIRECTS} redirects`, "fewer");
  const url = checkUrl(asText(location), hop.url);
  const { status } = answer;
  if (status !== 303 && hop.body !== undefined && !(hop.body instanceof Uint8Array))
    throw failed(
      name,
      `a redirect (${status}) that needs the streamed body again`,
      "a body that is sent whole",
    );
  const toGet =
    (status === 303 && hop.method !== "GET" && hop.method !== "HEAD") ||
    ((status === 301 || status === 302) && hop.method === "POST");
  const kept = hop.headers.filter(
    ([field]) => !(toGet && OF_BODY.has(field)) && !(url.origin !== hop.url.origin && OF_ORIGIN.has(field)),
  );
  return { method: toGet ? "GET" : hop.method, url, headers: kept, body: toGet ? undefined : hop.body };
}

/** A header's bytes are taken as UTF-8, as browsers take those of a location. */
function asText(location: string): string {
  return /[\x80-\xff]/.test(location) ? Buffer.from(location, "latin1").toString("utf8") : location;
}
