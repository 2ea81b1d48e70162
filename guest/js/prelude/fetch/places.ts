// places.ts: the places that requests to the outside have: who waits for one, and which bodies make way that nobody reads.
//
// A response holds its place until its body is over, and many handlers read none: they look at the status. So when a
// place is wanted, such bodies are read into the function's own memory: all of them up to a size, then the oldest on.
// When that is used up, the oldest that nobody has begun to read is given up.

/** All bodies are kept up to this size at once; servers' short answers are below it. */
const SMALL_BYTES = 64 * 1024;
/** Of all bodies together so much is kept, bytes. */
const MOST_BYTES = 4 << 20;

/** Whoever holds a place. */
export interface Holder {
  /** Its body's bytes that are kept already. */
  readonly keptBytes: number;
  /** Whether its response is here and nobody waits for anything of it. */
  readonly isIdle: boolean;
  /** Whether nobody has ever read of it. */
  readonly isUnread: boolean;
  /** Reads its body for nobody, until so many bytes are kept, its end comes, or somebody reads it. */
  keep(bytes: number): void;
  giveUp(): void;
  /** The host knows it no longer. */
  forget(): void;
}

/** The oldest comes first. */
const holders = new Set<Holder>();
const waiting = new Set<() => void>();
let keptBytes = 0;
/** The one that is kept beyond SMALL_BYTES. */
let large: Holder | undefined;

export function takePlace(holder: Holder): void {
  holders.add(holder);
}

export function leavePlace(holder: Holder): void {
  holders.delete(holder);
  stopKeeping(holder);
}

/** It has kept what it was told to, or as much as there is. */
export function stopKeeping(holder: Holder): void {
  if (large === holder) large = undefined;
  wakeOne();
}

export function wakeOne(): void {
  const [wake] = waiting;
  if (wake === undefined) return;
  waiting.delete(wake);
  wake();
}

/** Settles when a place may be free, or when one of these does. */
export async function awaitPlace(others: readonly Promise<void>[]): Promise<void> {
  let wake = () => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  waiting.add(wake);
  await Promise.race([woken, ...others]);
  waiting.delete(wake);
}

/** So much more is kept; or, below zero, was read or dropped. */
export function countKept(bytes: number): void {
  keptBytes = Math.max(0, keptBytes + bytes);
}

/**
 * Has bodies make way.
 *
 * @returns whether a place is free now
 */
export function makeWay(): boolean {
  if (keptBytes >= MOST_BYTES) {
    const oldest = [...holders].find(({ isUnread }) => isUnread);
    oldest?.giveUp();
    return oldest !== undefined;
  }
  const idle = [...holders].filter(({ isIdle }) => isIdle);
  const small = idle.filter((holder) => holder.keptBytes < SMALL_BYTES);
  for (const holder of small) holder.keep(SMALL_BYTES);
  if (small.length === 0 && large === undefined) {
    large = idle[0];
    // A piece at a time: a place may have become free by another's end.
    large?.keep(large.keptBytes + 1);
  }
  return false;
}

/** A new request of the function's: the host has given up what the last one left open. */
export function forgetHolders(): void {
  for (const holder of holders) holder.forget();
  holders.clear();
  waiting.clear();
  keptBytes = 0;
  large = undefined;
}
