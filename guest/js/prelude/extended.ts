// extended.ts: puts the prelude's classes where the engine's extensions have put theirs.
import { Crypto } from "./crypto.js";
import { CryptoKey } from "./crypto-key.js";
import { SubtleCrypto } from "./crypto-subtle.js";
import { define } from "./define.js";
import { structuredClone } from "./structured-clone.js";
import { URL } from "./url.js";
import { URLSearchParams } from "./url-search-params.js";

define(globalThis, { Crypto, CryptoKey, SubtleCrypto, URL, URLSearchParams, structuredClone });
