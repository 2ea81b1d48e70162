// exchanges.ts: what is asked of each function, and what its answer must be to the last byte. No I/O.
import { NONCE_LENGTH, type Random } from "./random.js";
import type { Reply } from "./reply.js";

export interface Exchange {
  readonly nonce: string;
  readonly method: "GET" | "POST" | "HEAD";
  /** Without the query, as the log tells it. */
  readonly path: string;
  readonly query: string;
  readonly body?: Buffer;
  /** In chunks: nobody knows its length beforehand. */
  readonly isChunked?: boolean;
  /** Sends the body when it is told "100 Continue". */
  readonly asksFirst?: boolean;
  /** What the log must say of the guest's console. */
  readonly console?: string;
  /** What is wrong with a 200, or nothing. */
  readonly judge: (reply: Reply) => string | undefined;
}

/** Makes one. */
export type Ask = (random: Random, nonce: string) => Exchange;

const LINES_A_PIECE = 4096;

/** @param most longest time that the handler waits, ms */
export function echo(route: string, most = 20): Ask {
  return (random, nonce) => {
    const says = random.chance(0.2);
    const query = `?wait=${random.between(0, most)}${says ? "&say" : ""}`;
    return {
      nonce,
      ...{ method: "GET", path: `/${route}/${nonce}`, query },
      ...(says && { console: `${nonce}\n` }),
      judge: (reply) => is(reply, `${nonce} undefined 1\n`) ?? ownHeader(reply, nonce),
    };
  };
}

/** The head alone: of a failure, too, nothing but the status is told. */
export function headAlone(route: string): Ask {
  return (_, nonce) => ({
    nonce,
    ...{ method: "HEAD", path: `/${route}/${nonce}`, query: "" },
    judge: (reply) => is(reply, "") ?? ownHeader(reply, nonce),
  });
}

/** A body there and back: short ones are collected, longer ones streamed. */
export function echoBody(route: string): Ask {
  return (random, nonce) => {
    const body = linesOf(nonce, random.between(1, random.chance(0.3) ? 20_000 : 2_000));
    return {
      nonce,
      ...{ method: "POST", path: `/${route}/${nonce}`, query: "?wait=1", body },
      ...{ isChunked: random.chance(0.3), asksFirst: random.chance(0.2) },
      judge: (reply) => is(reply, `${nonce} undefined 1\n${body}`) ?? ownHeader(reply, nonce),
    };
  };
}

/** State that stays: `calls` has each call of each VM that was answered. */
export function instance(calls: Set<string>): Ask {
  return (random, nonce) => ({
    nonce,
    ...{ method: "GET", path: `/instance/${nonce}`, query: `?wait=${random.between(0, 20)}` },
    judge: ({ body }) => {
      const [held, vm, call, atOnce, ...more] = body.toString().split(" ");
      if (held !== nonce || atOnce !== "1" || more.length > 0) return `got ${body}`;
      const name = `${vm} ${call}`;
      if (calls.has(name)) return `call ${name} was answered before`;
      calls.add(name);
      return undefined;
    },
  });
}

export function download(least: number, most: number): Ask {
  return (random, nonce) => {
    const pieces = random.between(least, most);
    return {
      nonce,
      ...{ method: "GET", path: `/streams/${nonce}`, query: `?pieces=${pieces}` },
      judge: (reply) => is(reply, linesOf(nonce, pieces * LINES_A_PIECE)) ?? ownHeader(reply, nonce),
    };
  };
}

export function upload(least: number, most: number): Ask {
  return (random, nonce) => {
    const body = linesOf(nonce, random.between(least, most) * LINES_A_PIECE);
    let sum = 0;
    for (let at = 0; at < body.length; at += 1021) sum = (sum * 31 + body[at]!) % 1_000_003;
    return {
      nonce,
      ...{ method: "POST", path: `/streams/${nonce}`, query: "", body },
      ...{ isChunked: random.chance(0.5), asksFirst: random.chance(0.2) },
      judge: (reply) => is(reply, `${nonce} ${body.length} ${sum}`),
    };
  };
}

/** What never answers with a 200. */
export function failing(route: string, console?: (nonce: string) => string): Ask {
  return (_, nonce) => ({
    nonce,
    ...{ method: "GET", path: `/${route}/${nonce}`, query: "" },
    ...(console !== undefined && { console: console(nonce) }),
    judge: ({ body }) => `got ${body.length} bytes, expected a failure`,
  });
}

/** A body larger than its route allows. */
export function tooLarge(route: string): Ask {
  return (random, nonce) => ({
    ...failing(route)(random, nonce),
    ...{ method: "POST", body: linesOf(nonce, 80_000), isChunked: random.chance(0.5) },
  });
}

/** The bytes of a request's head. */
export function headOf({ method, path, query, body, isChunked, asksFirst }: Exchange): string {
  const length = isChunked === true ? "transfer-encoding: chunked" : `content-length: ${body?.length}`;
  const headers = [
    "host: load.test",
    ...(body === undefined ? [] : [length]),
    ...(asksFirst === true ? ["expect: 100-continue"] : []),
  ];
  return `${method} ${path}${query} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`;
}

const SENT_AT_ONCE = 64 * 1024;

/** The bytes of its body, in the pieces in which they are sent. */
export function* bodyOf({ body = Buffer.alloc(0), isChunked }: Exchange): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += SENT_AT_ONCE) {
    const piece = body.subarray(at, at + SENT_AT_ONCE);
    if (isChunked !== true) yield piece;
    else yield Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
  }
  if (isChunked === true) yield Buffer.from("0\r\n\r\n");
}

function linesOf(nonce: string, count: number): Buffer {
  if (nonce.length !== NONCE_LENGTH) throw new Error(`got a nonce of ${nonce.length}`);
  return Buffer.alloc(count * (NONCE_LENGTH + 1), `${nonce}\n`);
}

function is({ body }: Reply, expected: string | Buffer): string | undefined {
  const wanted = Buffer.from(expected);
  if (body.equals(wanted)) return undefined;
  const at = body.findIndex((byte, i) => byte !== wanted[i]);
  const around = body.subarray(Math.max(0, at - 20), at + 40).toString("latin1");
  return `got ${body.length} bytes, expected ${wanted.length}; at ${at}: ${JSON.stringify(around)}`;
}

function ownHeader({ headers }: Reply, nonce: string): string | undefined {
  const found = headers.get("x-nonce");
  return found === nonce ? undefined : `got the header x-nonce: ${found}`;
}
