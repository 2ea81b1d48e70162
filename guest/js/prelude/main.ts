// main.ts: what every function finds: the web's names, and chance that is fresh in every request.
import { console } from "./console.js";
import { crypto } from "./crypto.js";
import { define } from "./define.js";
import { serve } from "./dispatch.js";
import { TextDecoder, TextEncoder } from "./encoding.js";
import "./extended.js";
import { Headers } from "./headers.js";
import { host } from "./host.js";
import { Request } from "./request.js";
import { Response } from "./response.js";

define(globalThis, { Headers, Request, Response, TextDecoder, TextEncoder, console, crypto });
// The engine's own generator is seeded once, before the snapshot that every request starts from.
define(Math, { random: host.random });
// There is nobody to share with, and a body cannot lie in what is not an ArrayBuffer.
delete (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer;
Object.defineProperty(globalThis, Symbol.for("mayfly.serve"), { value: serve });
