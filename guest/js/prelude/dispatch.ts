// dispatch.ts: from the runtime's call to the handler, and from its response, or from what it threw, back.
import { Body } from "./body.js";
import { console } from "./console.js";
import { Headers } from "./headers.js";
import { host } from "./host.js";
import { describeError } from "./inspect.js";
import { Request } from "./request.js";
import { Response } from "./response.js";

interface Handler {
  fetch(request: Request): unknown;
}

/** Room for a head's strings (MAYFLY_EXCHANGE_HEAD_MAX less the struct before them), bytes. */
const HEAD_BYTES = 65536 - 16;

let handler: Handler | undefined;

/** Called by the application's entry with its module. */
export function serve(module: { default?: unknown }): void {
  const candidate = module.default as Partial<Handler> | undefined | null;
  if (typeof candidate?.fetch !== "function")
    throw new TypeError("the function's module: expected `export default { fetch(request) { … } }`");
  handler = candidate as Handler;
}

async function answer(request: Request): Promise<void> {
  try {
    const response = await handler!.fetch(request);
    if (response instanceof Response) give(response);
    else
      fail("not-a-response", new TypeError(`the handler returned ${nameOf(response)}, expected a Response`));
  } catch (error) {
    fail(host.relieve() || isAboutMemory(error) ? "out-of-memory" : "exception", error);
  }
}

declare const InternalError: new () => Error;

/** The engine's own limit refuses before the guest's memory is used up when much is asked for at once. */
function isAboutMemory(error: unknown): boolean {
  try {
    return error instanceof InternalError && error.message === "out of memory";
  } catch {
    // It does not let itself be asked.
    return false;
  }
}

function give(response: Response): void {
  const all = Headers.flat(response.headers);
  const headers = all.some(isReserved) ? all.filter((_, at) => !isReserved(all[at - (at % 2)]!)) : all;
  let bytes = 0;
  for (const text of headers) bytes += text.length + 1;
  if (bytes > HEAD_BYTES)
    throw new RangeError(`the response's headers: got ${bytes} bytes, expected at most ${HEAD_BYTES}`);
  const body = Body.take(response);
  host.respond(response.status, headers, body, 0, body instanceof ArrayBuffer ? body.byteLength : 0);
}

/** Names by which the runtime speaks for itself; a handler's own are left out. */
function isReserved(name: string): boolean {
  return name.startsWith("mayfly-");
}

/** A 500 in the runtime's own name: the client's gateway reads `mayfly-failure`. */
function fail(kind: string, thrown: unknown): void {
  const headers = ["content-type", "application/json", "mayfly-failure", kind];
  host.respond(500, headers, JSON.stringify({ error: { kind, ...told(thrown) } }), 0, 0);
}

/** What was thrown, and a line of it on the console. Reading it may run the application's code, which may throw again. */
function told(thrown: unknown): { name: string; message: string; stack: string } {
  try {
    if (!(thrown instanceof Error)) {
      console.error(`thrown: ${nameOf(thrown)}`);
      return { name: typeof thrown, message: String(thrown), stack: "" };
    }
    console.error(describeError(thrown));
    return { name: String(thrown.name), message: String(thrown.message), stack: String(thrown.stack ?? "") };
  } catch {
    return { name: "unknown", message: "what was thrown cannot be read: that throws, too", stack: "" };
  }
}

/** In a few words. An object may refuse to tell. */
function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return `an object of class ${value.constructor?.name ?? "unknown"}`;
  } catch {
    return "an object that does not tell its class";
  }
}

host.dispatch = (method, url, headers, hasBody) => {
  // It never rejects: what fails in telling a failure is noticed by the runtime, which answers itself.
  void answer(Request.received(method, url, headers, hasBody));
};
