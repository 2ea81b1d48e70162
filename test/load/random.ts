// random.ts: chance that can be repeated: the same seed, the same choices. No I/O.

/** Mulberry32: small, fast, and good enough to mix requests. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }

  /** One of them, the heavier the likelier. */
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T {
    let at = this.next() * list.reduce((sum, { weight }) => sum + weight, 0);
    for (const each of list) {
      at -= each.weight;
      if (at < 0) return each;
    }
    return list.at(-1)!;
  }

  /** A name that nobody else has. */
  nonce(): string {
    const half = (): string => this.between(0, 0x3fff_ffff).toString(36).padStart(6, "0");
    return `n${half()}${half()}${half()}`.slice(0, NONCE_LENGTH);
  }
}

/** With its line end behind it, as bodies have it, 16 bytes. */
export const NONCE_LENGTH = 15;
