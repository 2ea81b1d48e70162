// messages.ts: what supervisor and worker say to each other over their channel. Types only; a config's secrets travel here and nowhere else.

/** What a worker can be asked, in a word of its program's. The answer is JSON. */
export type Question = string;

/** An error on its way between processes. */
export interface ErrorWords {
  readonly code: string | undefined;
  readonly message: string;
  readonly mend: string | undefined;
  readonly details: string | undefined;
}

/** From the supervisor. */
export type ToWorker<Config> =
  | { readonly say: "config"; readonly worker: number; readonly config: Config }
  | { readonly say: "ask"; readonly id: number; readonly question: Question }
  /** `isLast`: nobody takes the connections over. A second one may shorten the time. */
  | { readonly say: "drain"; readonly graceMs: number; readonly isLast: boolean };

/** From a worker. */
export type ToSupervisor =
  | { readonly say: "hello" }
  | { readonly say: "ready"; readonly walls: string }
  | { readonly say: "failed"; readonly error: ErrorWords }
  | { readonly say: "closed"; readonly ids: readonly number[] }
  /** Connections for which it had no descriptor. */
  | { readonly say: "refused"; readonly ids: readonly number[] }
  /** Connections with no request under way and nothing read of a next one: another worker can go on with them. */
  | { readonly say: "returned"; readonly ids: readonly number[] }
  /** What nobody asked for: JSON of the worker's own. */
  | { readonly say: "news"; readonly news: unknown }
  /** The last words of a worker that ends because it was told to, and how many requests it broke off if it knows. */
  | { readonly say: "farewell"; readonly words: unknown; readonly brokenOff: number | undefined }
  | { readonly say: "answer"; readonly id: number; readonly answer?: unknown; readonly error?: ErrorWords };
