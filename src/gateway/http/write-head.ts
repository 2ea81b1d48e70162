// write-head.ts: sends a response's head as its version of HTTP carries it.
import type { ServerResponse } from "node:http";
import { isHttp2 } from "./is-http2.js";

/**
 * What HTTP/2's responses are here, too: Node gives those the same methods. Only what differs asks for the version.
 *
 * @param headers name, value, name, value
 */
export function writeHead(out: ServerResponse, status: number, headers: readonly string[]): ServerResponse {
  if (!isHttp2(out.req)) return out.writeHead(status, headers as string[]);
  const fields: Record<string, string | string[]> = {};
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    const value = headers[i + 1]!;
    // HTTP/2's connections end by a frame of their own.
    if (name === "connection") continue;
    const former = fields[name];
    // Node refuses most fields that come twice. As one list they mean the same, but for cookies (RFC 9110, section 5.3).
    if (name === "set-cookie") fields[name] = [...((former as string[] | undefined) ?? []), value];
    else fields[name] = former === undefined ? value : `${former as string}, ${value}`;
  }
  return out.writeHead(status, fields);
}
