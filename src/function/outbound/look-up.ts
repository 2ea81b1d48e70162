// look-up.ts: name resolution that hands on only addresses that may be connected to: what was checked is what the socket gets.
import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { type AddressGuard, AddressRefused } from "./address-guard.js";

/** Resolves a name to all of its addresses, as dns.lookup does. */
export type ResolveName = (
  name: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Look-ups occupy a thread of the pool that also reads files; a guest can name servers that are slow to resolve. */
const MOST_LOOK_UPS = 2;

/**
 * A `lookup` for net.connect, for connections to addresses that the guard allows.
 *
 * @param isWanted whether the connection is still to be made: a guest can give up requests faster than their names are looked up
 */
export type MakeLookup = (guard: AddressGuard, isWanted: () => boolean) => LookupFunction;

/** Each one made has a queue of its own. */
export function guardedLookup(resolve: ResolveName = systemLookup): MakeLookup {
  const queue = new Queue(MOST_LOOK_UPS);
  return (guard, isWanted) => (name, options, done) => {
    queue.run((finished) => {
      if (!isWanted()) {
        finished();
        return done(new Error("given up"), []);
      }
      resolve(name, { ...options, all: true }, (error, found) => {
        finished();
        if (error !== null) return done(error, []);
        const allowed = found.filter(({ address }) => guard(address));
        const [first] = allowed;
        if (first === undefined)
          return done(new AddressRefused(found[0]?.address ?? "no address", false), []);
        if (options.all === true) done(null, allowed);
        else done(null, first.address, first.family);
      });
    });
  };
}

/** Starts a few tasks at once, the others in their order. */
class Queue {
  readonly #waiting: ((finished: () => void) => void)[] = [];
  #room: number;

  constructor(most: number) {
    this.#room = most;
  }

  run(task: (finished: () => void) => void): void {
    this.#waiting.push(task);
    this.#next();
  }

  #next(): void {
    if (this.#room === 0) return;
    const task = this.#waiting.shift();
    if (task === undefined) return;
    this.#room -= 1;
    task(() => {
      this.#room += 1;
      this.#next();
    });
  }
}
