// timers.ts: setTimeout and setInterval. They end with the request that set them.
import { report } from "./failures.js";
import { host } from "./host.js";

interface Timer {
  readonly id: number;
  due: number;
  /** Milliseconds; undefined for one that is over after its first time. */
  readonly every: number | undefined;
  readonly call: () => unknown;
}

const LONGEST_MS = 0x7fffffff;

/** Soonest first; what is due at the same time in the order it was set. */
const timers: Timer[] = [];
let last = 0;

function insert(timer: Timer): void {
  let at = timers.length;
  while (at > 0 && timers[at - 1]!.due > timer.due) at -= 1;
  timers.splice(at, 0, timer);
}

function start(handler: unknown, delay: unknown, values: readonly unknown[], repeats: boolean): number {
  const ms = Math.trunc(Number(delay));
  const wait = ms > 0 && ms <= LONGEST_MS ? ms : 0;
  // Text is source (the HTML standard's TimerHandler): of the global scope.
  const call =
    typeof handler === "function"
      ? () => (handler as (...values: unknown[]) => unknown).apply(globalThis, values as unknown[])
      : () => new Function(String(handler))();
  // An interval of 0 would leave no moment to anything else.
  insert({ id: ++last, due: host.monotonic() + wait, every: repeats ? Math.max(1, wait) : undefined, call });
  return last;
}

export function setTimeout(handler: unknown, delay?: unknown, ...values: unknown[]): number {
  return start(handler, delay, values, false);
}

export function setInterval(handler: unknown, delay?: unknown, ...values: unknown[]): number {
  return start(handler, delay, values, true);
}

export function clearTimeout(id?: unknown): void {
  const at = timers.findIndex((timer) => timer.id === Number(id));
  if (at >= 0) timers.splice(at, 1);
}

export function clearInterval(id?: unknown): void {
  clearTimeout(id);
}

/** Runs the timer that is due, if one is. One at a time: promise jobs come between two (HTML, "event loop"). */
export function runDueTimer(): void {
  const [timer] = timers;
  const now = host.monotonic();
  if (timer === undefined || timer.due > now) return;
  timers.shift();
  if (timer.every !== undefined) {
    timer.due = now + timer.every;
    insert(timer);
  }
  try {
    timer.call();
  } catch (error) {
    report(error);
  }
}

/** Milliseconds until the next timer; Infinity when there is none. */
export function untilNextTimer(): number {
  return timers.length === 0 ? Number.POSITIVE_INFINITY : Math.max(0, timers[0]!.due - host.monotonic());
}

export function forgetTimers(): void {
  timers.length = 0;
}
