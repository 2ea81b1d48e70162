// turn.ts: one turn of the event loop, as the runtime asks for it: what is ready, what is due, and how long nothing is.
import { reportRejections } from "./failures.js";
import { host } from "./host.js";
import { partIfLoaded } from "./parts.js";
import { forgetTimers, runDueTimer, untilNextTimer } from "./timers.js";
import { forgetWaits, isWaiting, wake } from "./waits.js";

const NOTHING = -1;

host.turn = (bits) => {
  reportRejections();
  wake(bits);
  runDueTimer();
  const wait = untilNextTimer();
  return wait === Number.POSITIVE_INFINITY && !isWaiting() ? NOTHING : wait;
};

/** Whatever a request left behind ends with it. */
export function startAnew(): void {
  forgetTimers();
  forgetWaits();
  partIfLoaded("fetch")?.forgetHolders();
}
