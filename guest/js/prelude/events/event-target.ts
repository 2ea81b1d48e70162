// event-target.ts: EventTarget (the DOM standard, section 2.7): listeners, called in the order they were added.
import { report, webClass } from "../shared.js";
import type { AbortSignal } from "./abort.js";
import { Event, stateOf } from "./event.js";

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface ListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: AbortSignal;
}

interface Listener {
  readonly type: string;
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  isRemoved: boolean;
}

export class EventTarget {
  #listeners: Listener[] = [];

  addEventListener(type: string, callback: Callback | null, options?: boolean | ListenerOptions): void {
    const { once, passive, signal, capture } = normal(options);
    if (signal?.aborted || callback === null || callback === undefined) return;
    if (this.#find(`${type}`, callback, capture) !== undefined) return;
    const listener = { type: `${type}`, callback, capture, once, passive, isRemoved: false };
    this.#listeners.push(listener);
    signal?.addEventListener("abort", () => this.#remove(listener));
  }

  removeEventListener(type: string, callback: Callback | null, options?: boolean | ListenerOptions): void {
    const listener = callback === null ? undefined : this.#find(`${type}`, callback, normal(options).capture);
    if (listener !== undefined) this.#remove(listener);
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError("dispatchEvent: expected an Event");
    const state = stateOf(event);
    if (state.isDispatched)
      throw new DOMException("dispatchEvent: the event is being dispatched", "InvalidStateError");
    state.target = this;
    state.isDispatched = true;
    // Capturing listeners come first, at the target as well.
    const called = this.#listeners.filter(({ type }) => type === event.type);
    called.sort((one, other) => Number(other.capture) - Number(one.capture));
    for (const listener of called) {
      if (state.isStopped) break;
      if (!listener.isRemoved) this.#call(listener, event);
    }
    state.isDispatched = false;
    state.isStopped = false;
    state.stopsPropagation = false;
    return !event.defaultPrevented;
  }

  #call(listener: Listener, event: Event): void {
    const { callback, once, passive } = listener;
    if (once) this.#remove(listener);
    stateOf(event).isPassive = passive;
    try {
      if (typeof callback === "function") callback.call(this, event);
      else callback.handleEvent(event);
    } catch (error) {
      report(error);
    }
    stateOf(event).isPassive = false;
  }

  #find(type: string, callback: Callback, capture: boolean): Listener | undefined {
    return this.#listeners.find(
      (each) => each.type === type && each.callback === callback && each.capture === capture,
    );
  }

  #remove(listener: Listener): void {
    listener.isRemoved = true;
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }
}

function normal(options: boolean | ListenerOptions | undefined) {
  const given = typeof options === "object" && options !== null ? options : { capture: Boolean(options) };
  const { capture, once, passive, signal } = given;
  return { capture: Boolean(capture), once: Boolean(once), passive: Boolean(passive), signal };
}

/** An `onevent` attribute: a listener that can be exchanged. It keeps its place among the others. */
export function eventAttribute(target: { prototype: EventTarget }, type: string): void {
  const handlers = new WeakMap<EventTarget, { handler: unknown }>();
  Object.defineProperty(target.prototype, `on${type}`, {
    get(this: EventTarget) {
      return handlers.get(this)?.handler ?? null;
    },
    set(this: EventTarget, handler: unknown) {
      const value = typeof handler === "function" ? handler : null;
      const present = handlers.get(this);
      if (present !== undefined) {
        present.handler = value;
        return;
      }
      const entry = { handler: value as unknown };
      handlers.set(this, entry);
      this.addEventListener(type, (event) => {
        if (typeof entry.handler === "function") (entry.handler as (event: Event) => void).call(this, event);
      });
    },
    configurable: true,
    enumerable: true,
  });
}

declare const DOMException: new (message: string, name: string) => Error;

webClass(EventTarget, "EventTarget");
