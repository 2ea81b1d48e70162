// pairs.ts: iteration over pairs as Web IDL has it ("iterable<K, V>"): by place, so that what changes meanwhile is seen.
import { tag } from "./define.js";

type Pair = readonly [unknown, unknown];
type Kind = "entries" | "keys" | "values";

/**
 * Gives a class entries, keys, values, forEach and iteration.
 *
 * @param pairs the pairs as they are now
 */
export function iterable<T extends object>(
  target: { prototype: T },
  name: string,
  pairs: (self: T) => readonly Pair[],
): void {
  class PairIterator {
    readonly #self: T;
    readonly #kind: Kind;
    #at = 0;

    constructor(self: T, kind: Kind) {
      this.#self = self;
      this.#kind = kind;
    }

    next(): IteratorResult<unknown> {
      const pair = pairs(this.#self)[this.#at];
      if (pair === undefined) return { value: undefined, done: true };
      this.#at += 1;
      if (this.#kind === "entries") return { value: [pair[0], pair[1]], done: false };
      return { value: pair[this.#kind === "keys" ? 0 : 1], done: false };
    }
  }
  const next = PairIterator.prototype as object;
  Object.setPrototypeOf(next, Iterator.prototype);
  Object.defineProperty(next, "next", { enumerable: true });
  delete (next as { constructor?: unknown }).constructor;
  tag(next, `${name} Iterator`);

  const method = (value: unknown) => ({ value, writable: true, enumerable: true, configurable: true });
  const members = {
    entries(this: T) {
      pairs(this);
      return new PairIterator(this, "entries");
    },
    keys(this: T) {
      pairs(this);
      return new PairIterator(this, "keys");
    },
    values(this: T) {
      pairs(this);
      return new PairIterator(this, "values");
    },
    forEach(this: T, each: (value: unknown, key: unknown, self: T) => void, self?: unknown) {
      if (typeof each !== "function") throw new TypeError(`${name}.forEach: expected a function`);
      for (let at = 0; at < pairs(this).length; at++) {
        const [key, value] = pairs(this)[at]!;
        each.call(self, value, key, this);
      }
    },
  };
  for (const [key, value] of Object.entries(members))
    Object.defineProperty(target.prototype, key, method(value));
  Object.defineProperty(target.prototype, Symbol.iterator, { ...method(members.entries), enumerable: false });
}

declare const Iterator: { prototype: object };
