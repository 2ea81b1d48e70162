// client.ts: an HTTP client for tests that shows what others hide: responses that break off, heads before bodies.
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** False when the response broke off. */
  readonly isWhole: boolean;
}

/** An exchange whose response has begun. */
export interface Begun {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** Sends a request; resolves when its response's head is there. Without `body` the request stays open for writing. */
export function begin(
  url: string,
  options: RequestOptions = {},
  body?: Uint8Array | string | null,
): Promise<Begun> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options });
    sent.on("response", (response) => resolve({ request: sent, response }));
    sent.on("error", reject);
    if (body === undefined) sent.flushHeaders();
    else sent.end(body ?? undefined);
  });
}

/** Collects the rest of a response. Called before the response can be over. */
export function finish({ response }: Begun): Promise<Answer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    response.on("data", (piece: Buffer) => pieces.push(piece));
    response.on("error", () => {});
    response.on("close", () => {
      const { statusCode: status = 0, headers, complete: isWhole } = response;
      resolve({ status, headers, body: Buffer.concat(pieces), isWhole });
    });
  });
}

/** A whole request for a whole response. */
export async function ask(
  url: string,
  options: RequestOptions = {},
  body?: Uint8Array | string,
): Promise<Answer> {
  return finish(await begin(url, options, body ?? null));
}

/** The error object in a failed request's body. */
export function errorIn(answer: Answer): Record<string, unknown> {
  const { error } = JSON.parse(answer.body.toString()) as { error: Record<string, unknown> };
  return error;
}

/** Sends bytes as they are and reads until the other side closes. */
export function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, "latin1"));
    let answer = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      answer += piece;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
