// event.ts: Event (the DOM standard, section 2.2). There is no tree: an event is at its target, or nowhere.
import { constants, performance, webClass } from "../shared.js";

export interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };

/** What dispatch and listeners do to an event. */
export interface EventState {
  target: object | null;
  isDispatched: boolean;
  /** Listeners are called one after the other until this is set. */
  isStopped: boolean;
  stopsPropagation: boolean;
  isCanceled: boolean;
  isPassive: boolean;
}

export let stateOf: (event: Event) => EventState;

export class Event {
  readonly #type: string;
  readonly #bubbles: boolean;
  readonly #cancelable: boolean;
  readonly #composed: boolean;
  readonly #timeStamp = performance.now();
  readonly #state: EventState = {
    target: null,
    isDispatched: false,
    isStopped: false,
    stopsPropagation: false,
    isCanceled: false,
    isPassive: false,
  };

  static {
    stateOf = (event) => event.#state;
  }

  constructor(type: string, init?: EventInit) {
    if (type === undefined) throw new TypeError("new Event: expected a type");
    this.#type = `${type}`;
    this.#bubbles = Boolean(init?.bubbles);
    this.#cancelable = Boolean(init?.cancelable);
    this.#composed = Boolean(init?.composed);
  }

  get type(): string {
    return this.#type;
  }

  get target(): object | null {
    return this.#state.target;
  }

  get srcElement(): object | null {
    return this.#state.target;
  }

  get currentTarget(): object | null {
    return this.#state.isDispatched ? this.#state.target : null;
  }

  get eventPhase(): number {
    return this.#state.isDispatched ? PHASES.AT_TARGET : PHASES.NONE;
  }

  composedPath(): object[] {
    return this.#state.isDispatched ? [this.#state.target!] : [];
  }

  get bubbles(): boolean {
    return this.#bubbles;
  }

  get cancelable(): boolean {
    return this.#cancelable;
  }

  get composed(): boolean {
    return this.#composed;
  }

  get defaultPrevented(): boolean {
    return this.#state.isCanceled;
  }

  get returnValue(): boolean {
    return !this.#state.isCanceled;
  }

  get cancelBubble(): boolean {
    return this.#state.stopsPropagation;
  }

  set cancelBubble(stops: boolean) {
    if (stops) this.stopPropagation();
  }

  get timeStamp(): number {
    return this.#timeStamp;
  }

  get isTrusted(): boolean {
    return trusted.has(this);
  }

  preventDefault(): void {
    if (this.#cancelable && !this.#state.isPassive) this.#state.isCanceled = true;
  }

  stopPropagation(): void {
    this.#state.stopsPropagation = true;
  }

  stopImmediatePropagation(): void {
    this.#state.stopsPropagation = true;
    this.#state.isStopped = true;
  }
}

const trusted = new WeakSet<Event>();

/** Marks an event as the runtime's own. */
export function trust(event: Event): Event {
  trusted.add(event);
  return event;
}

webClass(Event, "Event");
constants(Event, PHASES);
