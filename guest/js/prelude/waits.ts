// waits.ts: promises for what the monitor says is ready, by the bits of `turn`.

/** The bit of the request's body. Bits 0 to 15 are requests to the outside. */
export const BODY = 31;

/** Not a bit of its own: any request to the outside. */
export const ANY_OUTBOUND = 32;

const OUTBOUND_BITS = 0xffff;

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
    const came = bit === ANY_OUTBOUND ? bits & OUTBOUND_BITS : (bits >>> bit) & 1;
    if (came === 0) continue;
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
