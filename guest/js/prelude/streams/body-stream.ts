// body-stream.ts: a body as a stream, and a stream as a body.
import { ReadableStream } from "web-streams-polyfill";
import { bytesOf, type Content, copyOf, host, type Source } from "../shared.js";

/** A byte stream of what a body is made of. A source is asked only when somebody reads. */
export function streamOf(content: Content): ReadableStream<Uint8Array> {
  if (typeof content === "string" || content instanceof ArrayBuffer) return streamOfBytes(content);
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const piece = await content.read();
      if (piece === undefined) {
        controller.close();
        // Whoever brought a buffer of his own gets it back (Streams standard, "close").
        controller.byobRequest?.respond(0);
      } else if (piece.byteLength > 0) {
        controller.enqueue(new Uint8Array(piece));
      }
    },
    cancel: (reason) => content.cancel(reason),
  });
}

function streamOfBytes(content: string | ArrayBuffer): ReadableStream<Uint8Array> {
  const bytes = typeof content === "string" ? host.encode(content) : content;
  return new ReadableStream({
    type: "bytes",
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });
}

/** What `.body` gives after the body was read without a stream. */
export function spentStream(): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>({ type: "bytes", start: (controller) => controller.close() });
  void stream.cancel();
  return stream;
}

/** Takes a stream for good. Its pieces must be bytes. */
export function sourceOf(stream: object): Source {
  const reader = (stream as ReadableStream<unknown>).getReader();
  return {
    async read() {
      const { done, value } = await reader.read();
      if (done) return undefined;
      const bytes = value instanceof Uint8Array ? bytesOf(value) : undefined;
      if (bytes !== undefined) return copyOf(bytes);
      const error = new TypeError(
        `a body's stream: got a piece of type ${typeof value}, expected a Uint8Array`,
      );
      void reader.cancel(error).catch(() => {});
      throw error;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

export function tee(stream: object): [ReadableStream, ReadableStream] {
  return (stream as ReadableStream).tee();
}

export function isLocked(stream: object): boolean {
  return (stream as ReadableStream).locked;
}

/** Whether anybody has read or canceled it: the standard's [[disturbed]], which the polyfill keeps in a field. */
export function isDisturbed(stream: object): boolean {
  return (stream as { _disturbed: boolean })._disturbed;
}
