// outbound-call.ts: one request of a guest to the outside: what it was told so far, and what it can be told next.
import { MAYFLY_OUTBOUND_END, MAYFLY_OUTBOUND_FAILED, MAYFLY_OUTBOUND_HEAD } from "../abi/outbound.js";
import { MayflyError } from "../errors.js";
import type { OutboundClient, OutboundRequest, OutboundResponse } from "./outbound-client.js";
import { encodeResponseHead } from "./outbound-head.js";
import { Upload } from "./outbound-upload.js";

const NOTHING = new Uint8Array(0);

/** What a read brings: flags as in docs/abi.md. */
export interface Told {
  readonly flags: number;
  readonly bytes: Uint8Array;
}

export class OutboundCall {
  readonly #abort = new AbortController();
  readonly #upload: Upload | undefined;
  readonly #onReady: () => void;
  #isClosed = false;
  readonly #wholeBytes: number;
  #head: Uint8Array | undefined;
  #body: AsyncIterator<Uint8Array> | undefined;
  #piece: Uint8Array = NOTHING;
  #isReading = false;
  #isOver = false;
  #failure: string | undefined;
  #awaitsAnswer = false;
  #awaitsRoom = false;

  /**
   * Sends a request.
   *
   * @param first its body's first piece, which is copied
   * @param more whether pieces follow
   * @param onReady called when the guest can go on with it
   */
  constructor(
    client: OutboundClient,
    request: Omit<OutboundRequest, "body">,
    { first, more, onReady }: { first: Uint8Array; more: boolean; onReady: () => void },
  ) {
    // What happens behind its end concerns nobody: by then the guest may answer another request.
    this.#onReady = () => {
      if (!this.#isClosed) onReady();
    };
    this.#wholeBytes = more ? 0 : first.length;
    if (more) {
      this.#upload = new Upload(this.#onReady);
      this.#upload.push(first, false);
    }
    const body = this.#upload ?? (first.length > 0 ? first.slice() : undefined);
    const whole = body === undefined ? request : { ...request, body };
    client.send(whole, this.#abort.signal).then(
      (response) => this.#take(response),
      (error: unknown) => this.fail(error),
    );
  }

  /** Whether a call that was answered AGAIN would now be answered. */
  get isReady(): boolean {
    const hasAnswer =
      this.#head !== undefined || this.#piece.length > 0 || this.#isOver || this.#failure !== undefined;
    return (this.#awaitsAnswer && hasAnswer) || (this.#awaitsRoom && (this.#upload?.hasRoom ?? true));
  }

  /** Bytes of its body that are kept for it. */
  get heldBytes(): number {
    return this.#upload?.unreadBytes ?? this.#wholeBytes;
  }

  /** Takes a piece of the body; false when there is no room for it. */
  write(piece: Uint8Array, more: boolean): boolean {
    const hasRoom = this.#upload?.hasRoom ?? true;
    this.#awaitsRoom = !hasRoom;
    if (hasRoom) this.#upload?.push(piece, !more);
    return hasRoom;
  }

  /** The next thing to tell, a piece no longer than `room`; undefined when there is nothing yet. */
  read(room: number): Told | undefined {
    const told = this.#next(room);
    this.#awaitsAnswer = told === undefined;
    if (told === undefined) this.#fill();
    return told;
  }

  /** Whether its end was told, so that nothing follows. */
  isLast({ flags }: Told): boolean {
    return (flags & (MAYFLY_OUTBOUND_END | MAYFLY_OUTBOUND_FAILED)) !== 0;
  }

  /** Gives it up. */
  close(): void {
    this.#isClosed = true;
    this.#letGo();
  }

  /** It goes no further: the guest reads why, behind what came before. */
  fail(error: unknown): void {
    this.#isReading = false;
    // What is not our own error is the host's business.
    this.#failure ??= error instanceof MayflyError ? error.message : "fetch: the host failed";
    this.#letGo();
    this.#onReady();
  }

  #letGo(): void {
    this.#abort.abort();
    this.#upload?.drop();
    this.#body?.return?.().catch(() => {});
  }

  #next(room: number): Told | undefined {
    if (this.#head !== undefined) {
      const bytes = this.#head;
      this.#head = undefined;
      return { flags: MAYFLY_OUTBOUND_HEAD, bytes };
    }
    if (this.#piece.length > 0) {
      const bytes = this.#piece.subarray(0, room);
      this.#piece = this.#piece.subarray(bytes.length);
      return { flags: 0, bytes };
    }
    if (this.#failure !== undefined)
      return { flags: MAYFLY_OUTBOUND_FAILED, bytes: Buffer.from(this.#failure) };
    return this.#isOver ? { flags: MAYFLY_OUTBOUND_END, bytes: NOTHING } : undefined;
  }

  /** Asks for the next piece: only when the guest wants one, so that nothing is read ahead of it. */
  #fill(): void {
    if (this.#body === undefined || this.#isReading) return;
    this.#isReading = true;
    this.#body.next().then(
      ({ done, value }) => {
        this.#isReading = false;
        if (done === true) this.#isOver = true;
        else this.#piece = value;
        // An empty piece tells nothing.
        if (done !== true && value.length === 0) this.#fill();
        else this.#onReady();
      },
      (error: unknown) => this.fail(error),
    );
  }

  #take(response: OutboundResponse): void {
    this.#body = response.body[Symbol.asyncIterator]();
    this.#head = encodeResponseHead(response);
    // A client may have had its answer when it was told to stop.
    if (this.#isClosed) this.#letGo();
    else if (this.#head !== undefined) this.#onReady();
    else this.fail(new MayflyError("OUTBOUND_FAILED", "fetch: the response's head is longer than 64 KiB"));
  }
}
