// until.ts: waits for a condition that nothing announces, turn by turn of the event loop.

/** Resolves when the condition holds. The test's own time limit is what ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
