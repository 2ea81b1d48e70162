// part.ts: the crypto part: keys, and what is done with them.
export { CryptoKey, make, partsOf } from "./key.js";
export { SubtleCrypto } from "./subtle.js";
