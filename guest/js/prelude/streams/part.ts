// part.ts: the streams part: the standard's streams by web-streams-polyfill, text streams over them, and bodies as streams.
export {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from "web-streams-polyfill";
export { isDisturbed, isLocked, sourceOf, spentStream, streamOf, tee } from "./body-stream.js";
export { TextDecoderStream, TextEncoderStream } from "./text-streams.js";
