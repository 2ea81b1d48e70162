// response.ts: Response (the Fetch standard, section 5.5).
import { Body, shareBody } from "./body.js";
import { type Content, type Extracted, extract } from "./content.js";
import { webClass } from "./define.js";
import { flatHeaders, Headers, receivedHeaders } from "./headers.js";
import {
  checkedReason,
  checkedRedirect,
  checkedStatus,
  type Received,
  type ResponseInit,
} from "./response-init.js";
import { absoluteUrl } from "./urls.js";

/** For the runtime: names and values in turn. No object of Headers is made for it. */
export let responseHeaders: (response: Response) => readonly string[];
export let receivedResponse: (head: Received, content: Content | undefined) => Response;

export class Response extends Body {
  #status = 200;
  #statusText = "";
  #headers: Headers | undefined;
  /** The content type while nobody has asked for the headers. */
  #contentType: string | undefined;
  #received: Received | undefined;

  static {
    responseHeaders = (response) => {
      if (response.#headers !== undefined) return flatHeaders(response.#headers);
      return response.#contentType === undefined ? [] : ["content-type", response.#contentType];
    };
    receivedResponse = (head, content) => {
      const response = new Response();
      const made = content === undefined ? response : adopted(response, { content, type: undefined });
      made.#received = head;
      made.#status = head.status;
      made.#statusText = head.statusText;
      made.#headers = receivedHeaders(head.headers);
      return made;
    };
  }

  constructor(body?: unknown, init?: ResponseInit | null) {
    const extracted = body === undefined || body === null ? undefined : extractedOf(body);
    super(extracted);
    if (init !== undefined && init !== null) this.#initialize(init, extracted !== undefined);
    if (extracted?.type !== undefined) this.#defaultType(extracted.type);
  }

  #initialize(init: ResponseInit, hasBody: boolean): void {
    const { headers } = init;
    this.#status = checkedStatus(init.status ?? 200, hasBody);
    this.#statusText = checkedReason(init.statusText ?? "");
    if (headers !== undefined) this.#headers = new Headers(headers);
  }

  #defaultType(type: string): void {
    if (this.#headers === undefined) this.#contentType = type;
    else if (!this.#headers.has("content-type")) this.#headers.append("content-type", type);
  }

  get type(): string {
    return this.#received?.type ?? "default";
  }

  get url(): string {
    return this.#received?.url ?? "";
  }

  get redirected(): boolean {
    return this.#received?.redirected ?? false;
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  get statusText(): string {
    return this.#statusText;
  }

  get headers(): Headers {
    if (this.#headers === undefined) this.#headers = receivedHeaders([...responseHeaders(this)]);
    return this.#headers;
  }

  clone(): Response {
    const copy = adopted(new Response(), shareBody(this));
    copy.#status = this.#status;
    copy.#statusText = this.#statusText;
    copy.#headers = new Headers(this.headers);
    copy.#received = this.#received;
    return copy;
  }

  static error(): Response {
    const head = {
      type: "error",
      status: 0,
      statusText: "",
      url: "",
      redirected: false,
      headers: [],
    } as const;
    return receivedResponse(head, undefined);
  }

  static json(data: unknown, init?: ResponseInit): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("Response.json: the value has no JSON");
    return new Response({ [EXTRACTED]: { content: text, type: "application/json" } }, init);
  }

  static redirect(url: string | { toString(): string }, status = 302): Response {
    const location = absoluteUrl(url);
    return new Response(null, { status: checkedRedirect(status), headers: { location } });
  }
}

/** A body that was made before, for the constructor. */
const EXTRACTED = Symbol("extracted");

function extractedOf(body: unknown): Extracted {
  return (typeof body === "object" && (body as { [EXTRACTED]?: Extracted })[EXTRACTED]) || extract(body);
}

/** `like` without a body; the result has this one. */
function adopted(like: Response, body: Extracted): Response {
  return body.content === undefined && body.stream === undefined ? like : new Response({ [EXTRACTED]: body });
}

webClass(Response, "Response", Body as never);
