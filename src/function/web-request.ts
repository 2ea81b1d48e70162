// web-request.ts: from a web-standard Request to the exchange's: what the guest gets of it.
import type { ReadableStreamDefaultReader, ReadableStreamReadResult } from "node:stream/web";
import { setImmediate as nextTurn } from "node:timers/promises";
import { MayflyError } from "../errors.js";
import type { BodySource, ExchangeRequest } from "../monitor/exchange/message.js";

const NOT_YET = Symbol("not yet");

type Chunk = ReadableStreamReadResult<Uint8Array>;

/** A request on its way to a guest. */
export interface Incoming {
  readonly request: ExchangeRequest;
  /** Bytes of its body that were read so far. */
  readonly bytesIn: () => number;
}

const nothing = (): number => 0;

/**
 * A request for the guest.
 *
 * @param request its URL is http or https; its body is read
 * @param bodyBytes how long its body may be
 * @throws MayflyError OPTION_INVALID, FUNCTION_BODY_LIMIT
 */
export function incoming(request: Request, bodyBytes: number): Incoming | Promise<Incoming> {
  const { url, method } = request;
  const authority = url.indexOf("://") + 3;
  const path = url.indexOf("/", authority);
  if (!/^https?:/.test(url))
    throw new MayflyError("OPTION_INVALID", `a request's URL: got ${url}, expected http:// or https://`);
  const fragment = url.indexOf("#", path);
  const head = {
    method,
    origin: url.slice(0, path),
    target: fragment < 0 ? url.slice(path) : url.slice(path, fragment),
    headers: [...request.headers],
  };
  const stream = request.body as ReadableStream<Uint8Array> | null;
  if (stream === null) return { request: head, bytesIn: nothing };
  const counter = { bytes: 0, most: bodyBytes };
  return readBody(stream, counter).then((body) => ({
    request: { ...head, body },
    bytesIn: () => counter.bytes,
  }));
}

interface Counter {
  bytes: number;
  readonly most: number;
}

/** A body that is whole after one piece comes as it is, in one exit of the guest; anything else comes in pieces. */
async function readBody(stream: ReadableStream<Uint8Array>, counter: Counter): Promise<BodySource> {
  const reader = stream.getReader();
  const first = await reader.read();
  if (first.done) return new Uint8Array(0);
  count(first.value, counter);
  const second = reader.read();
  // Who sends piece by piece may wait for an answer to the first one.
  const end = await Promise.race([second, nextTurn(NOT_YET)]);
  if (end !== NOT_YET && end.done) return first.value;
  second.catch(() => {});
  return pieces(reader, first.value, second, counter);
}

async function* pieces(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  first: Uint8Array,
  second: Promise<Chunk>,
  counter: Counter,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield first;
    for (let next = second; ; next = reader.read()) {
      const { done, value } = await next;
      if (done) return;
      count(value, counter);
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function count({ length }: Uint8Array, counter: Counter): void {
  counter.bytes += length;
  if (counter.bytes > counter.most)
    throw new MayflyError(
      "FUNCTION_BODY_LIMIT",
      `the request's body: got ${counter.bytes} bytes or more, expected at most ${counter.most}`,
      { mend: "raise limits.bodyBytes" },
    );
}
