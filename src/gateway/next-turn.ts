// next-turn.ts: the event loop's next turn, as one promise for all that wait for it.

let next: Promise<void> | undefined;

/** Resolves when all that this turn of the event loop brings has been read. Whoever waits goes on in the order in which they came. */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) =>
    setImmediate(() => {
      next = undefined;
      resolve();
    }),
  );
  return next;
}
