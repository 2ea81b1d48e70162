// clock.ts: performance: time since the request arrived.
import { tag } from "./define.js";
import { host } from "./host.js";

let startedAt = host.monotonic();
let origin = Date.now();

/** A request has arrived. */
export function startClock(): void {
  startedAt = host.monotonic();
  origin = Date.now();
}

export const performance = {
  now: (): number => host.monotonic() - startedAt,
  get timeOrigin(): number {
    return origin;
  },
  toJSON: () => ({ timeOrigin: origin }),
};
tag(performance, "Performance");
