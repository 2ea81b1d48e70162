// gateway.ts: what `mayfly serve` costs its clients and its host: a request in each state of a function, and very many functions.
import type { Question } from "../context.js";
import { endCpus, stayOn } from "../cpus.js";
import { measureFleet } from "../gateway-fleet.js";
import { measureRequests } from "../gateway-requests.js";

export const gateway: Question = {
  name: "gateway",
  asks: "what does `mayfly serve` cost: a request to a function, a thousand functions, what a burst leaves behind?",
  needsFunctions: true,
  async measure(context) {
    // The clients, too: only servers are started elsewhere.
    using _here = stayOn(endCpus().client);
    return [...(await measureRequests(context)), ...(await measureFleet(context))];
  },
};
