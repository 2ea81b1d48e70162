// dispatch.ts: from the runtime's call to the handler, and from its response, or from what it threw, back.
import { answerWith } from "./answer.js";
import { startClock } from "./clock.js";
import { Context } from "./context.js";
import { env, isConfiguration, takeConfiguration } from "./env.js";
import { reportRejections } from "./failures.js";
import { host } from "./host.js";
import { beginRequests } from "./phase.js";
import { type Request, receivedRequest } from "./request.js";
import { Response } from "./response.js";
import { describe, nameOf, tell } from "./thrown.js";
import { startAnew } from "./turn.js";
import { type Verdict, verdictJson, verdictOn } from "./verdict.js";

interface Handler {
  fetch(request: Request, env: object, context: Context): unknown;
  /** Does once, before the snapshot, what every first request would have to do. */
  warmUp?(env: object): unknown;
}

let handler: Handler | undefined;
let hasWarmUp = false;

/** Called by the application's entry with its module. */
export function serve(module: { default?: unknown }): void {
  const candidate = module.default as Partial<Handler> | undefined | null;
  if (typeof candidate?.fetch !== "function")
    refuse(`its default export is ${withoutFetch(candidate)}, expected { fetch(request) { … } }`);
  // A router's Proxy may have a function for every name that it is asked for, and says of none that it is there.
  const warmUp = "warmUp" in candidate ? candidate.warmUp : undefined;
  if (warmUp !== undefined && typeof warmUp !== "function")
    refuse(`its default export has ${nameOf(warmUp)} as warmUp, expected a function`);
  handler = candidate as Handler;
  hasWarmUp = warmUp !== undefined;
}

/** As the runtime tells of what a module throws (NOT_STARTED in runtime.h). */
function refuse(reason: string): never {
  return host.refuse(`the application did not start: ${reason}`);
}

function withoutFetch(candidate: unknown): string {
  if (typeof candidate === "function") return "a function";
  if (typeof candidate === "string") return "a string";
  if (typeof candidate !== "object" || candidate === null) return nameOf(candidate);
  const { fetch } = candidate as Partial<Handler>;
  return `${nameOf(candidate)} ${fetch === undefined ? "without fetch" : `whose fetch is ${nameOf(fetch)}`}`;
}

async function answer(request: Request, context: Context): Promise<void> {
  try {
    const response = await handler!.fetch(request, env, context);
    if (response instanceof Response) {
      reportRejections();
      await answerWith(response, Context.pendingOf(context));
    } else {
      const got = new TypeError(`the handler returned ${nameOf(response)}, expected a Response`);
      fail({ kind: "not-a-response", told: tell(got) });
    }
  } catch (error) {
    fail(verdictOn(error));
  }
}

/** Configures and warms up: the host takes its snapshot behind this exchange. */
async function start(): Promise<void> {
  try {
    takeConfiguration();
    if (hasWarmUp) {
      await handler!.warmUp!(env);
      reportRejections();
      // Here, once: else a request would have to look for garbage soon.
      host.collect();
    }
    host.respond(204, [], undefined, 0, 0);
  } catch (error) {
    fail(verdictOn(error));
  }
}

/** A 500 in the runtime's own name: the client's gateway reads `mayfly-failure`. */
function fail(verdict: Verdict): void {
  reportRejections();
  host.print(describe(verdict.told));
  const headers = ["content-type", "application/json", "mayfly-failure", verdict.kind];
  host.respond(500, headers, verdictJson(verdict), 0, 0);
}

host.dispatch = (method, url, headers, hasBody) => {
  startAnew();
  startClock();
  if (isConfiguration(method, url)) {
    void start();
    return;
  }
  beginRequests();
  // It never rejects: what fails in telling a failure is noticed by the runtime, which answers itself.
  void answer(receivedRequest(method, url, headers, hasBody), new Context(headers));
};
