// guest-response.ts: a Response whose body is here already: the stream that every other Response begins with is made when somebody asks for it.

/** Status and headers of a Response, as Node.js has them; the body is this file's. */
const ResponseHead = Response as unknown as new (
  body: null,
  init: ResponseInit,
) => Pick<Response, "status" | "headers">;

/** @param bytes the body, which becomes the response's own */
export function guestResponse(bytes: Uint8Array, init: ResponseInit): Response {
  return new GuestResponse(bytes, init) as unknown as Response;
}

/**
 * What the web's Response is, in less time: making a stream and reading it again costs Node.js 60 µs, which is more than an exchange on the
 * process machine.
 */
class GuestResponse extends ResponseHead {
  readonly #bytes: Uint8Array;
  #isUsed = false;
  /** The same as Node.js makes it, once somebody wants more than the bytes. */
  #made: Response | undefined;

  constructor(bytes: Uint8Array, init: ResponseInit) {
    super(null, init);
    this.#bytes = bytes;
  }

  get body(): Response["body"] {
    return this.#response.body;
  }

  get bodyUsed(): boolean {
    return this.#made?.bodyUsed ?? this.#isUsed;
  }

  async text(): Promise<string> {
    return this.#made === undefined ? new TextDecoder().decode(this.#take()) : this.#made.text();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#made === undefined ? this.#take().slice().buffer : this.#made.arrayBuffer();
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }

  blob(): ReturnType<Response["blob"]> {
    return this.#response.blob();
  }

  formData(): ReturnType<Response["formData"]> {
    return this.#response.formData();
  }

  clone(): Response {
    return this.#response.clone();
  }

  get #response(): Response {
    if (this.#made !== undefined) return this.#made;
    this.#made = new Response(this.#bytes, { status: this.status, headers: this.headers });
    // What was read is read in every form.
    if (this.#isUsed) this.#made.arrayBuffer().catch(() => {});
    return this.#made;
  }

  #take(): Uint8Array {
    if (this.#isUsed) throw new TypeError("the body was read already");
    this.#isUsed = true;
    return this.#bytes;
  }
}
