// web-request.ts: from a web-standard Request to the exchange's: what the guest gets of it.
import type { ReadableStreamDefaultReader, ReadableStreamReadResult } from "node:stream/web";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isUint8Array } from "node:util/types";
import { MayflyError } from "../errors.js";
import type { BodySource, ExchangeRequest, HeaderList } from "../monitor/exchange/message.js";
import { bodyTooLong } from "./function-error.js";
import { contextHeaders, isReserved, type RequestContext } from "./request-context.js";

const NOT_YET = Symbol("not yet");

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Chunk = ReadableStreamReadResult<Uint8Array>;

/** A request on its way to a guest. */
export interface Incoming {
  readonly request: ExchangeRequest;
  /** Bytes of its body that were read so far. */
  readonly bytesIn: () => number;
  /** Nobody will read its body. */
  readonly letGo: () => void;
}

const nothing = (): number => 0;
const nobody = (): void => {};

/**
 * A request for the guest.
 *
 * @param request its URL is http or https; its body is read
 * @param bodyBytes how long its body may be
 * @param context what the handler finds as `ctx`
 * @throws MayflyError OPTION_INVALID; FunctionError FUNCTION_BODY_LIMIT; TypeError when the body's stream has chunks that are no bytes
 */
export function incoming(
  request: Request,
  bodyBytes: number,
  context: RequestContext,
): Incoming | Promise<Incoming> {
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
    headers: headersOf(request, context),
  };
  const stream = request.body as ReadableStream<Uint8Array> | null;
  if (stream === null) return { request: head, bytesIn: nothing, letGo: nobody };
  const counter = { bytes: 0, most: bodyBytes };
  const reader = stream.getReader();
  const letGo = (): void => void reader.cancel().catch(nobody);
  // A read that waits is over then, too: as if that were all of the body.
  request.signal.addEventListener("abort", letGo, { once: true });
  return readBody(reader, counter)
    .then(
      (body) => ({ request: { ...head, body }, bytesIn: () => counter.bytes, letGo }),
      (error: unknown) => {
        letGo();
        throw error;
      },
    )
    .finally(() => request.signal.removeEventListener("abort", letGo));
}

function headersOf({ headers }: Request, context: RequestContext): HeaderList {
  const list = contextHeaders(context);
  for (const header of headers) if (!isReserved(header[0])) list.push(header);
  return list;
}

interface Counter {
  bytes: number;
  readonly most: number;
}

/**
 * A body that is whole after one piece comes as it is, in one exit of the guest. Anything else comes in pieces, and the guest
 * begins before the first one: its handler may not want the body, and its wall time counts.
 */
async function readBody(reader: Reader, counter: Counter): Promise<BodySource> {
  const turn = nextTurn(NOT_YET);
  const begun: Promise<Chunk>[] = [];
  const readNow = (): Promise<Chunk | typeof NOT_YET> => {
    const chunk = reader.read();
    chunk.catch(nobody);
    begun.push(chunk);
    return Promise.race([chunk, turn]);
  };
  const first = await readNow();
  if (first === NOT_YET) return pieces(reader, begun, counter, 0);
  if (first.done) return new Uint8Array(0);
  count(first.value, counter);
  // Who sends piece by piece may wait for an answer to the first one.
  const second = await readNow();
  if (second === NOT_YET || !second.done) return pieces(reader, begun, counter, 1);
  return first.value;
}

/**
 * @param begun reads that were begun already
 * @param counted of so many chunks the bytes were counted already
 */
function pieces(
  reader: Reader,
  begun: Promise<Chunk>[],
  counter: Counter,
  counted: number,
): AsyncIterable<Uint8Array> {
  let toSkip = counted;
  // No generator: one that was never asked, or waits itself, would not let go of its source.
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      const { done, value } = await (begun.shift() ?? reader.read());
      if (done) return { done, value: undefined };
      if (toSkip === 0) count(value, counter);
      else toSkip--;
      return { done, value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function count(chunk: unknown, counter: Counter): void {
  if (!isUint8Array(chunk))
    throw new TypeError(`the request's body: got a chunk of type ${typeof chunk}, expected a Uint8Array`);
  counter.bytes += chunk.length;
  if (counter.bytes > counter.most) throw bodyTooLong("request", counter.bytes, counter.most);
}
