// http2-client.ts: requests by HTTP/2, with what others hide: responses that break off, and by which code.
import { once } from "node:events";
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
} from "node:http2";

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders & { readonly ":status"?: number | undefined };
  readonly body: Buffer;
  /** 0: the response came to its end. */
  readonly code: number;
}

/** A whole request for a whole response. */
export async function ask2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: Uint8Array | string,
): Promise<Http2Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return finish2(stream);
}

/** Collects a response, from its head on. */
export function finish2(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const pieces: Buffer[] = [];
  let headers: Http2Answer["headers"] = {};
  stream.on("response", (head) => {
    headers = head;
  });
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    stream.on("error", (error) => {
      failure = error;
    });
    stream.on("close", () => {
      if (failure !== undefined && headers[":status"] === undefined && stream.rstCode === 0) reject(failure);
      else resolve({ headers, body: Buffer.concat(pieces), code: stream.rstCode });
    });
  });
}

/** The head of a response. */
export async function headOf(stream: ClientHttp2Stream): Promise<Http2Answer["headers"]> {
  const [head] = (await once(stream, "response")) as [Http2Answer["headers"]];
  return head;
}
