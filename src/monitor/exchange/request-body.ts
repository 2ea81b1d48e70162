// request-body.ts: a request's body on its way to the guest, in pieces as large as the guest's buffer.
import type { BodySource } from "./message.js";

const NOTHING = new Uint8Array(0);

/** Read by one guest; whatever it leaves unread is dropped. */
export class RequestBody {
  #rest: Uint8Array;
  readonly #iterator: AsyncIterator<Uint8Array> | undefined;
  #ended: boolean;
  #filling: Promise<void> | undefined;
  #onFilled: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Ends a wait for a source that does not go on. */
  #stopWaiting: (() => void) | undefined;

  constructor(source: BodySource | undefined) {
    const isWhole = source === undefined || source instanceof Uint8Array;
    this.#rest = isWhole ? (source ?? NOTHING) : NOTHING;
    this.#iterator = isWhole ? undefined : source[Symbol.asyncIterator]();
    this.#ended = isWhole;
  }

  /** Whether bytes may follow: false only when all are taken. */
  get more(): boolean {
    return this.#rest.length > 0 || !this.#ended;
  }

  /** Whether `takeInto` would give bytes now. */
  get atHand(): boolean {
    return this.#rest.length > 0;
  }

  /** Whether the next wait would fail: its source did. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Copies what is at hand and fits; returns its bytes, perhaps 0. */
  takeInto(buffer: Uint8Array): number {
    if (this.#rest.length === 0) return 0;
    const taken = this.#rest.subarray(0, buffer.length);
    buffer.set(taken);
    this.#rest = this.#rest.subarray(taken.length);
    return taken.length;
  }

  /** Throws the error that the source failed with, if it did. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Resolves when something is at hand, the body is over or was canceled. Rejects with the source's error. Called again meanwhile,
   * it is the same wait.
   */
  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
      this.#onFilled?.();
    });
    return this.#filling;
  }

  /**
   * Calls once a wait is over, however it ends; one listener at a time. A guest can poll as often as it likes while a source is silent:
   * nothing is kept of the polls before.
   *
   * @returns how to stop waiting
   */
  onceFilled(listener: () => void): () => void {
    this.#onFilled = () => {
      this.#onFilled = undefined;
      listener();
    };
    // A source that fails is told by the guest's next read.
    if (this.#filling === undefined) this.fill().catch(() => {});
    return () => {
      this.#onFilled = undefined;
    };
  }

  async #fill(): Promise<void> {
    this.throwFailure();
    const canceled = new Promise<undefined>((resolve) => {
      this.#stopWaiting = () => resolve(undefined);
    });
    while (this.#rest.length === 0 && !this.#ended) {
      const next = await Promise.race([this.#next(), canceled]);
      if (next === undefined) return;
      if (next.done === true) this.#ended = true;
      else this.#rest = next.value;
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#iterator!.next();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** Lets go of the source. */
  cancel(): void {
    this.#ended = true;
    this.#rest = NOTHING;
    this.#stopWaiting?.();
    // A source that fails while it is let go of has nobody left to tell.
    this.#iterator?.return?.().catch(() => {});
  }
}
