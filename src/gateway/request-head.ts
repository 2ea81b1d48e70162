// request-head.ts: what a request says before its body: checked, in the exchange's form. Reads no body.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { IpRange } from "../function/outbound/ip-address.js";
import type { HeaderList } from "../monitor/exchange/message.js";
import { endToEnd } from "./headers.js";
import { isForwarding, senderOf } from "./http/forwarded.js";
import { isHttp2 } from "./http/is-http2.js";
import { HEAD_BYTES, HttpFailure, headTooLarge, notHttp1 } from "./http-failure.js";

export interface RequestHead {
  readonly method: string;
  /** Host and port, "127.0.0.1:8080". */
  readonly authority: string;
  /** Scheme and authority, "http://127.0.0.1:8080". */
  readonly origin: string;
  /** The client's address; "" when it left before it was asked for. */
  readonly client: string;
  /** Path and query. */
  readonly target: string;
  /** Lower-case names; what concerns only the connection is left out. */
  readonly headers: HeaderList;
  /** Bytes of the body; undefined when it comes in chunks and nobody knows. */
  readonly bodyLength: number | undefined;
  /** The client waits for "100 Continue" before it sends the body. */
  readonly expectsContinue: boolean;
}

/** A registered name or an address, and a port (RFC 9110, section 7.2): nothing that could break out of an origin. */
const AUTHORITY = /^[A-Za-z0-9._~!$&'()*+,;=%-]+(?::\d*)?$|^\[[0-9A-Fa-f:.]+\](?::\d*)?$/;
/** Headers by which the gateway speaks to the guest: what a client says in them is left out. */
const OWN_PREFIX = "mayfly-";
const ABSOLUTE_TARGET = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * @param trusted proxies whose word on the client counts
 * @throws HttpFailure 400 when the request is no HTTP/1.1 or names no proper host, 431 when its head is too large, 501 for a transfer
 *   coding other than chunked
 */
export function readRequestHead(request: IncomingMessage, trusted: readonly IpRange[]): RequestHead {
  if (!isHttp2(request) && request.httpVersionMajor !== 1) throw notHttp1();
  boundHead(request.rawHeaders);
  const absolute = ABSOLUTE_TARGET.exec(request.url!);
  const host = namedAuthority(request);
  const named = absolute?.[1] ?? host ?? ownAuthority(request);
  const { encrypted, remoteAddress = "" } = request.socket as Partial<TLSSocket>;
  const headers = endToEnd(request.rawHeaders);
  const sender = senderOf(remoteAddress, headers, trusted);
  const authority = sender.authority ?? named;
  if (!AUTHORITY.test(authority)) throw new HttpFailure(400, "bad-request", "the Host header names no host");
  const scheme = sender.scheme ?? (encrypted === true ? "https" : "http");
  return {
    method: request.method!,
    authority,
    origin: `${scheme}://${authority}`,
    client: sender.client,
    target: absolute === null ? request.url! : originForm(absolute[2]!),
    headers: guestHeaders(headers, sender.authority ?? (isHttp2(request) ? named : undefined), sender.client),
    bodyLength: bodyLength(request),
    expectsContinue: request.headers.expect?.toLowerCase() === "100-continue",
  };
}

/** @param host in place of what the headers say */
function guestHeaders(headers: HeaderList, host: string | undefined, client: string): HeaderList {
  const kept: [string, string][] = host === undefined ? [] : [["host", host]];
  const cookies: string[] = [];
  for (const [name, value] of headers) {
    if (name.startsWith(OWN_PREFIX) || name.startsWith(":") || isForwarding(name)) continue;
    if (name === "host" && host !== undefined) continue;
    // HTTP/2 may send each cookie in a field of its own (RFC 9113, section 8.2.3).
    if (name === "cookie") cookies.push(value);
    else kept.push([name, value]);
  }
  if (cookies.length > 0) kept.push(["cookie", cookies.join("; ")]);
  if (client !== "") kept.push(["x-forwarded-for", client]);
  return kept;
}

/** Node's parser of HTTP/1.1 counts names and values, not what stands between them; of HTTP/2's clients it only asks to keep to a bound. */
function boundHead(rawHeaders: readonly string[]): void {
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  if (bytes > HEAD_BYTES) throw headTooLarge();
}

function bodyLength(request: IncomingMessage): number | undefined {
  // The framing is Node's reading of it: a Connection header that names content-length hides it from the guest only.
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  if (coding !== undefined && coding.toLowerCase() !== "chunked")
    throw new HttpFailure(501, "not-implemented", "the request's body has a transfer coding besides chunked");
  if (length !== undefined && coding === undefined) return Number(length);
  if (isHttp2(request))
    return (request as unknown as Http2ServerRequest).stream.endAfterHeaders ? 0 : undefined;
  return coding === undefined ? 0 : undefined;
}

/** @throws HttpFailure 400 when there is none, or two, of which whoever stands in front of us may have believed the other */
function namedAuthority(request: IncomingMessage): string | undefined {
  const names: string[] = [];
  const { rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (/^(?:host|:authority)$/i.test(rawHeaders[i]!)) names.push(rawHeaders[i + 1]!);
  // Clients of HTTP/2 may send both of the same (RFC 9113, section 8.3.1); two Host headers are one too many (RFC 9112, 3.2).
  if (names.length > 1 && !(isHttp2(request) && new Set(names).size === 1))
    throw new HttpFailure(400, "bad-request", "the request has more than one Host header");
  if (names.length === 0 && request.httpVersion !== "1.0")
    throw new HttpFailure(400, "bad-request", "the request has no Host header");
  return names[0];
}

/** HTTP/1.0 clients need not name a host. */
function ownAuthority({ socket }: IncomingMessage): string {
  const { localAddress = "localhost", localPort = 80 } = socket;
  return localAddress.includes(":") ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

function originForm(rest: string): string {
  return rest.startsWith("/") ? rest : `/${rest}`;
}
