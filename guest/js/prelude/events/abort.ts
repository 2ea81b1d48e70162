// abort.ts: AbortController and AbortSignal (the DOM standard, section 3).
import { setTimeout, webClass } from "../shared.js";
import { Event, trust } from "./event.js";
import { EventTarget, eventAttribute } from "./event-target.js";

declare const DOMException: new (message: string, name: string) => Error;

const MADE = Symbol("made");

let abortNow: (signal: AbortSignal, reason: unknown) => void;
let follow: (signal: AbortSignal, sources: readonly AbortSignal[]) => void;

export class AbortSignal extends EventTarget {
  // By eventAttribute():
  declare onabort: ((event: Event) => unknown) | null;

  #aborted = false;
  #reason: unknown;
  /** Signals that abort with this one. */
  #followers: AbortSignal[] = [];
  /** The signals that this one depends on, none of which depends on another. */
  #sources: AbortSignal[] = [];

  static {
    abortNow = (signal, reason) => {
      if (signal.#aborted) return;
      const all = [signal, ...signal.#followers.filter((follower) => !follower.#aborted)];
      // First all of them are aborted, then all are told.
      for (const each of all) each.#set(reason === undefined ? aborted() : reason);
      for (const each of all) each.#followers = [];
      for (const each of all) each.dispatchEvent(trust(new Event("abort")));
    };
    follow = (signal, sources) => {
      const over = sources.find((source) => source.#aborted);
      if (over !== undefined) {
        signal.#set(over.#reason);
        return;
      }
      const origins = sources.flatMap((source) => (source.#sources.length > 0 ? source.#sources : [source]));
      signal.#sources = [...new Set(origins)];
      for (const origin of signal.#sources) origin.#followers.push(signal);
    };
  }

  constructor(made?: typeof MADE) {
    if (made !== MADE) throw new TypeError("Illegal constructor");
    super();
  }

  #set(reason: unknown): void {
    this.#aborted = true;
    this.#reason = reason;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(MADE);
    abortNow(signal, reason);
    return signal;
  }

  static timeout(milliseconds: number): AbortSignal {
    const ms = Number(milliseconds);
    if (!(ms >= 0)) throw new TypeError(`AbortSignal.timeout: got ${milliseconds}, expected milliseconds`);
    const signal = new AbortSignal(MADE);
    const late = () => abortNow(signal, new DOMException(`the time of ${ms} ms is over`, "TimeoutError"));
    setTimeout(late, ms);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = new AbortSignal(MADE);
    follow(signal, [...signals]);
    return signal;
  }
}

function aborted(): Error {
  return new DOMException("the operation was aborted", "AbortError");
}

/** A signal of its own that aborts with another one, as a Request has it. */
export function followingSignal(source: AbortSignal | undefined): AbortSignal {
  return AbortSignal.any(source === undefined ? [] : [source]);
}

export class AbortController {
  readonly #signal = new AbortSignal(MADE);

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abortNow(this.#signal, reason);
  }
}

eventAttribute(AbortSignal, "abort");
webClass(AbortSignal, "AbortSignal");
webClass(AbortController, "AbortController");
