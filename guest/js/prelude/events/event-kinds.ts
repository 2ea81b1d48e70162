// event-kinds.ts: CustomEvent and ErrorEvent: events that carry something.
import { webClass } from "../shared.js";
import { Event, type EventInit } from "./event.js";

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: string, init?: EventInit & { detail?: unknown }) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}

interface ErrorEventInit extends EventInit {
  message?: string;
  filename?: string;
  lineno?: number;
  colno?: number;
  error?: unknown;
}

export class ErrorEvent extends Event {
  readonly #init: ErrorEventInit;

  constructor(type: string, init?: ErrorEventInit) {
    super(type, init);
    this.#init = { ...init };
  }

  get message(): string {
    return `${this.#init.message ?? ""}`;
  }

  get filename(): string {
    return `${this.#init.filename ?? ""}`;
  }

  get lineno(): number {
    return Number(this.#init.lineno ?? 0);
  }

  get colno(): number {
    return Number(this.#init.colno ?? 0);
  }

  get error(): unknown {
    return this.#init.error;
  }
}

webClass(CustomEvent, "CustomEvent");
webClass(ErrorEvent, "ErrorEvent");
