// part.ts: the encoding part: text to bytes and back.
export { TextDecoder } from "./decoder.js";
export { TextEncoder } from "./encoder.js";
