// request.ts: Request (the Fetch standard, section 5.4).
import { Body, hasBody, passBody, shareBody } from "./body.js";
import { type Extracted, extract, Incoming } from "./content.js";
import { webClass } from "./define.js";
import { Headers, receivedHeaders } from "./headers.js";
import { part } from "./parts.js";
import {
  checkedMethod,
  DEFAULTS,
  type OptionName,
  type Options,
  optionsOf,
  type RequestInit,
} from "./request-init.js";
import { withoutReserved } from "./reserved.js";
import { requestUrl } from "./urls.js";

/** As the events part makes it. */
type AbortSignal = import("./events/part.js").AbortSignal;

const MADE = Symbol("made");

/** What a request is made of besides its body. */
interface State {
  readonly method: string;
  readonly url: string;
  headers: Headers | readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly options: Options;
}

/** The request that the monitor brought. */
export let receivedRequest: (
  method: string,
  url: string,
  headers: readonly string[],
  hasBody: boolean,
) => Request;

/** The signal if there is one: to ask the request for it would make one. */
export let signalOf: (request: Request) => AbortSignal | undefined;

/** One of DEFAULTS. */
export let optionOf: (request: Request, name: OptionName) => string | boolean;
let allOptions: (request: Request) => Options;

export class Request extends Body {
  readonly #state: State;
  #signal: AbortSignal | undefined;

  static {
    receivedRequest = (method, url, headers, hasBody) =>
      made(
        { method, url, headers, signal: undefined, options: DEFAULTS },
        hasBody ? { content: new Incoming(), type: undefined } : undefined,
      );
    signalOf = (request) => request.#signal ?? request.#state.signal;
    optionOf = (request, name) => request.#state.options[name]!;
    allOptions = (request) => request.#state.options;
  }

  constructor(input: string | Request | Ready | { toString(): string }, init: RequestInit = {}) {
    const ready = (input as Partial<Ready>)[MADE];
    const { state, body } = ready ?? initialized(input as string, init ?? {});
    super(body);
    this.#state = state;
    if (body?.type !== undefined && !this.headers.has("content-type"))
      this.headers.append("content-type", body.type);
  }

  get method(): string {
    return this.#state.method;
  }

  get url(): string {
    return this.#state.url;
  }

  get headers(): Headers {
    const state = this.#state;
    if (!(state.headers instanceof Headers))
      state.headers = receivedHeaders([...withoutReserved(state.headers)]);
    return state.headers;
  }

  get signal(): AbortSignal {
    this.#signal ??= part("events").followingSignal(this.#state.signal);
    return this.#signal;
  }

  get destination(): string {
    return "";
  }

  get duplex(): string {
    return "half";
  }

  clone(): Request {
    const body = shareBody(this);
    return made({ ...this.#state, headers: new Headers(this.headers), signal: signalOf(this) }, body);
  }
}

interface Ready {
  readonly [MADE]: { readonly state: State; readonly body: Extracted | undefined };
}

function made(state: State, body: Extracted | undefined): Request {
  return new Request({ [MADE]: { state, body } } satisfies Ready);
}

function initialized(
  input: string | Request,
  init: RequestInit,
): { state: State; body: Extracted | undefined } {
  const from = input instanceof Request ? input : undefined;
  const url = from?.url ?? requestUrl(input as string);
  const method = init.method === undefined ? (from?.method ?? "GET") : checkedMethod(init.method);
  const headers = new Headers(init.headers ?? from?.headers);
  const inherited = init.body === undefined || init.body === null;
  // A client may have sent a body with its GET: that request may be copied as it is.
  const given = inherited ? from !== undefined && from.method !== method && hasBody(from) : true;
  if (given && /^(?:GET|HEAD)$/.test(method))
    throw new TypeError(`new Request: got a body for ${method}, expected none`);
  const body = inherited ? from && passBody(from) : extract(init.body);
  const signal = init.signal === undefined ? from && signalOf(from) : init.signal;
  const options = optionsOf(init, from === undefined ? DEFAULTS : allOptions(from));
  return { state: { method, url, headers, signal: signal ?? undefined, options }, body };
}

for (const name of Object.keys(DEFAULTS) as OptionName[])
  Object.defineProperty(Request.prototype, name, {
    get(this: Request) {
      return optionOf(this, name);
    },
    configurable: true,
  });
webClass(Request, "Request", Body as never);
