// handler.ts: the types of what a handler's file exports: import type { Handler } from "mayfly/handler". Nothing here runs.

/**
 * The default export of a handler's file. `satisfies Handler` gives the parameters of `fetch` their types.
 *
 * @typeParam Env what `env` and `secrets` of the function's configuration hold
 *
 * @example
 * export default {
 *   fetch: (request, env, ctx) => new Response(`${env.GREETING} ${ctx.params.name}`),
 * } satisfies Handler<{ GREETING: string }>;
 */
export interface Handler<Env = Readonly<Record<string, string>>> {
  /** Answers a request. */
  fetch(request: Request, env: Env, ctx: Context): Response | Promise<Response>;
  /** Does once, before the snapshot, what every first request would have to do. What it returns is dropped, and waited for. */
  warmUp?(env: Env): unknown;
}

/** What a handler is told of a request beside the request itself, and what it may promise behind its response. */
export interface Context {
  /** Parameters of the route that led here, decoded. Empty without a route. */
  readonly params: Readonly<Record<string, string>>;
  /** What the request is called in the host's logs; undefined where it has no name. */
  readonly requestId: string | undefined;
  /** Keeps the guest at work behind the response until the promise has settled. */
  waitUntil(promise: Promise<unknown>): void;
  /** Does nothing: there is nothing behind a function that could answer in its place. */
  passThroughOnException(): void;
}
