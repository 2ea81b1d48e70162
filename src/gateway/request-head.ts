// request-head.ts: what a request says before its body: checked, in the exchange's form. Reads no body.
import type { IncomingMessage } from "node:http";
import type { HeaderList } from "../monitor/exchange/message.js";
import { endToEnd } from "./headers.js";
import { HttpFailure } from "./http-failure.js";

export interface RequestHead {
  readonly method: string;
  /** Host and port, "127.0.0.1:8080". */
  readonly authority: string;
  /** Scheme and authority, "http://127.0.0.1:8080". */
  readonly origin: string;
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
const AUTHORITY = /^[A-Za-z0-9._~!$&'()*+,;=%-]*(?::\d*)?$|^\[[0-9A-Fa-f:.]+\](?::\d*)?$/;
/** Headers by which the gateway speaks to the guest: what a client says in them is left out. */
const OWN_PREFIX = "mayfly-";
const ABSOLUTE_TARGET = /^https?:\/\/([^/?#]*)(.*)$/i;

/** @throws HttpFailure 400 when the request names no proper host */
export function readRequestHead(request: IncomingMessage): RequestHead {
  // The framing is Node's reading of it: a Connection header that names content-length hides it from the guest only.
  const { host, expect, "content-length": length, "transfer-encoding": coding } = request.headers;
  const absolute = ABSOLUTE_TARGET.exec(request.url!);
  const authority = absolute?.[1] ?? host ?? ownAuthority(request);
  // RFC 9112, section 3.2: with two of them, whoever stands in front of us may have believed the other.
  if (hostCount(request.rawHeaders) > 1)
    throw new HttpFailure(400, "bad-request", "the request has more than one Host header");
  if (!AUTHORITY.test(authority)) throw new HttpFailure(400, "bad-request", "the Host header names no host");
  return {
    method: request.method!,
    authority,
    origin: `http://${authority}`,
    target: absolute === null ? request.url! : originForm(absolute[2]!),
    headers: endToEnd(request.rawHeaders).filter(([name]) => !name.startsWith(OWN_PREFIX)),
    bodyLength: coding !== undefined ? undefined : Number(length ?? 0),
    expectsContinue: expect?.toLowerCase() === "100-continue",
  };
}

function hostCount(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.toLowerCase() === "host") count++;
  return count;
}

/** HTTP/1.0 clients need not name a host. */
function ownAuthority({ socket }: IncomingMessage): string {
  const { localAddress = "localhost", localPort = 80 } = socket;
  return localAddress.includes(":") ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

function originForm(rest: string): string {
  return rest.startsWith("/") ? rest : `/${rest}`;
}
