// env.ts: variables and secrets of the handler: they come once, by an exchange of the host's own, before anybody's request.
import { host } from "./host.js";

/** Scheme and path of the host's own: no client's request has such a scheme. */
const CONFIGURATION = "mayfly:/env";

// Taken before the handler's modules could put others in their places.
const { parse } = JSON;
const { freeze } = Object;

export let env: Readonly<Record<string, string>> = freeze({});

/** Whether a request is none of a client's. */
export function isConfiguration(method: string, url: string): boolean {
  return url === CONFIGURATION && method === "CONFIGURE";
}

export function takeConfiguration(): void {
  env = freeze(parse(host.bodyText()));
}
