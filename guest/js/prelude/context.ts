// context.ts: a handler's third argument: what is known of the request beside itself, and what goes on behind its response.
import { named } from "./define.js";
import { report } from "./failures.js";

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

export class Context {
  readonly #received: readonly string[];
  #params: Readonly<Record<string, string>> | undefined;
  readonly #pending: Promise<unknown>[] = [];

  /** For the runtime: what waitUntil() was given so far. */
  static pendingOf: (context: Context) => Promise<unknown>[];

  static {
    Context.pendingOf = (context) => context.#pending;
  }

  /** @param received the request's headers, names and values in turn, with those that only the host can send */
  constructor(received: readonly string[]) {
    this.#received = received;
  }

  /** Parameters of the route that led here. */
  get params(): Readonly<Record<string, string>> {
    if (this.#params === undefined) {
      const json = this.#header("mayfly-params");
      this.#params = json === undefined ? NO_PARAMS : Object.freeze(JSON.parse(json));
    }
    return this.#params!;
  }

  /** What the request is called in the host's logs, if it has a name. */
  get requestId(): string | undefined {
    return this.#header("mayfly-request-id");
  }

  /** A getter, so that the method may be taken off the context: `const { waitUntil } = ctx`. */
  get waitUntil(): (promise: unknown) => void {
    return (promise) => void this.#pending.push(Promise.resolve(promise).catch(report));
  }

  passThroughOnException(): void {
    // There is no origin behind a function that could answer in its place.
  }

  #header(name: string): string | undefined {
    const at = this.#received.findIndex((text, place) => place % 2 === 0 && text === name);
    return at < 0 ? undefined : this.#received[at + 1];
  }
}

named("Context", Context);
