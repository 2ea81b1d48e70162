// shared.ts: what the parts find of the prelude. They import this file alone: the loader hands them these very modules (parts.ts).

export { takeBody } from "./body.js";
export { type Bytes, bytesOf, copyOf, decode, join } from "./bytes.js";
export { performance } from "./clock.js";
export { type Content, type Extracted, extract, gather, Incoming, type Source } from "./content.js";
export { Context } from "./context.js";
export { constants, define, tag, webClass } from "./define.js";
export { attempt, failure } from "./failure.js";
export { describeError, report } from "./failures.js";
export { flatHeaders, Headers } from "./headers.js";
export { host } from "./host.js";
export { type BufferSource, DOMException, type NativeKey, NativeQuery, NativeURL, subtle } from "./native.js";
export { iterable } from "./pairs.js";
export { part, partIfLoaded } from "./parts.js";
export { expectRequest } from "./phase.js";
export { optionOf, Request, signalOf } from "./request.js";
export { Response, receivedResponse } from "./response.js";
export { describeThrown } from "./thrown.js";
export { clearTimeout, setTimeout } from "./timers.js";
export { ANY_OUTBOUND, ready } from "./waits.js";
