// watch-abort.ts: tells of an abort while a call runs, for next to nothing when it is over at once.

/**
 * Calls once when the signal aborts, or has done so already.
 *
 * @returns how to stop watching
 */
export function watchAbort(signal: AbortSignal, listener: () => void): () => void {
  // A listener costs microseconds, and most calls are over before the event loop's next turn.
  let turn: NodeJS.Immediate | undefined = setImmediate(() => {
    turn = undefined;
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  return () => {
    if (turn !== undefined) clearImmediate(turn);
    else signal.removeEventListener("abort", listener);
  };
}
