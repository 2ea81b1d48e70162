// main.ts: what every function finds: the web's names, and chance that is fresh in every request.
import { performance } from "./clock.js";
import { console } from "./console.js";
import { Crypto, crypto } from "./crypto.js";
import { define, tag } from "./define.js";
import { serve } from "./dispatch.js";
import { report } from "./failures.js";
import { Headers } from "./headers.js";
import { host } from "./host.js";
import { loadParts, offerParts } from "./parts.js";
import { Request } from "./request.js";
import { Response } from "./response.js";
import * as shared from "./shared.js";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "./timers.js";

const navigator = { userAgent: "Mayfly" };
tag(navigator, "Navigator");

define(globalThis, { Crypto, Headers, Request, Response, console, crypto, navigator, performance });
define(globalThis, {
  clearInterval,
  clearTimeout,
  setInterval,
  setTimeout,
  reportError: report,
  self: globalThis,
});
offerParts(shared);
// The engine's own generator is seeded once, before the snapshot that every request starts from.
define(Math, { random: host.random });
// There is nobody to share with, and a body cannot lie in what is not an ArrayBuffer.
delete (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer;
Object.defineProperty(globalThis, Symbol.for("mayfly.serve"), { value: serve });
Object.defineProperty(globalThis, Symbol.for("mayfly.load"), { value: loadParts });
