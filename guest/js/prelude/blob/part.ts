// part.ts: the blob part: bytes with a type, and files.
export { Blob, blobBytes, blobOf } from "./blob.js";
export { File } from "./file.js";
