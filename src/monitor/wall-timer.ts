// wall-timer.ts: a timer for the rest of a VM's wall time, for the time in which it waits and runs no code.
import type { Meter } from "./meter.js";

/** setTimeout's longest delay. */
const LONGEST_TIMER_MS = 0x7fff_ffff;
/** Rounding alone is no reason for another timer. */
const EARLY_MS = 1;

export interface WallTimer extends Disposable {
  /** Watches again, if it does not: it stopped when it found wall time without an end. */
  watch(): void;
  /** Wall time has no end until the next `watch`: until then it keeps no process alive. */
  rest(): void;
}

/**
 * Calls `onSpent` once, when the wall time is over and not before: Node's timers are up to a millisecond early against
 * performance.now(), so that one that fires does not mean that the time has come.
 */
export function wallTimer(meter: Meter, onSpent: () => void): WallTimer {
  let timer: NodeJS.Timeout | undefined;
  /** When it fires, on the clock of performance.now(). */
  let firesAt = 0;
  let isSpent = false;
  const look = (): void => {
    timer = undefined;
    if (isSpent) return;
    const rest = meter.wallRestMs;
    isSpent = rest <= 0;
    if (isSpent) onSpent();
    else if (rest !== Number.POSITIVE_INFINITY) {
      const delay = Math.min(Math.ceil(rest), LONGEST_TIMER_MS);
      firesAt = performance.now() + delay;
      timer = setTimeout(look, delay);
    }
  };
  look();
  return {
    watch(): void {
      // One that fires too late is for a limit that was longer.
      if (timer !== undefined && firesAt - performance.now() > meter.wallRestMs + EARLY_MS)
        clearTimeout(timer);
      else if (timer !== undefined) {
        timer.ref();
        return;
      }
      look();
    },
    // Not cleared: making a timer for each request of a busy VM costs more than one that fires in vain.
    rest(): void {
      timer?.unref();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
