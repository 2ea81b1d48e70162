// https-client.ts: requests by HTTP/1.1 behind TLS, to servers that anybody may be.
import { type Agent, request } from "node:https";
import { type Answer, finish } from "./client.js";

/** A whole request for a whole response. */
export function askSecurely(url: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => resolve(finish({ request: sent, response })));
    sent.on("error", reject).end();
  });
}
