// waits.ts: promises for what the monitor says is ready, by the bits of `turn`.

/** The bit of the request's body. Bits 0 to 15 are requests to the outside. */
export const BODY = 31;

const waiting = new Map<number, (() => void)[]>();

/** Settles when `turn` comes with the bit. */
export function ready(bit: number): Promise<void> {
  return new Promise((resolve) => {
    const others = waiting.get(bit);
    if (others === undefined) waiting.set(bit, [resolve]);
    else others.push(resolve);
  });
}

export function wake(bits: number): void {
  for (const [bit, resolves] of waiting) {
    if (((bits >>> bit) & 1) === 0) continue;
    waiting.delete(bit);
    for (const resolve of resolves) resolve();
  }
}

export function isWaiting(): boolean {
  return waiting.size > 0;
}

/** What the last request waited for does not come any more. */
export function forgetWaits(): void {
  waiting.clear();
}
