// url-search-params.ts: URLSearchParams (the URL standard, section 6.2). ada-url reads and writes queries; the list is kept here.
import { NativeQuery } from "../shared.js";

type Pair = [name: string, value: string];

export type QueryInit = string | Iterable<Iterable<string>> | Record<string, string>;

/** A string without lone surrogates (Web IDL's USVString). */
export function scalar(value: unknown): string {
  return (`${value as string}` as unknown as { toWellFormed(): string }).toWellFormed();
}

/** Names and values of a query without its question mark. */
function parse(query: string): Pair[] {
  return query === "" ? [] : [...new NativeQuery(query)];
}

const PairIterator = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;

export class URLSearchParams {
  /** The very function that `entries` is. */
  declare readonly [Symbol.iterator]: () => IterableIterator<Pair>;
  #pairs: Pair[];
  /** Tells the URL that it belongs to. */
  #changed: ((query: () => string) => void) | undefined;

  constructor(init: QueryInit = "") {
    this.#pairs = pairsOf(init);
  }

  /** For URL: one that follows it. */
  static of(search: string, changed: (query: () => string) => void): URLSearchParams {
    const params = new URLSearchParams(search);
    params.#changed = changed;
    return params;
  }

  /** For URL: its query has changed. */
  static follow(params: URLSearchParams, search: string): void {
    params.#pairs = parse(search.slice(1));
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([scalar(name), scalar(value)]);
    this.#tell();
  }

  delete(name: string, value?: string): void {
    const is = matcher(name, value);
    this.#pairs = this.#pairs.filter((pair) => !is(pair));
    this.#tell();
  }

  get(name: string): string | null {
    return this.#pairs.find(matcher(name))?.[1] ?? null;
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(matcher(name)).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(matcher(name, value));
  }

  set(name: string, value: string): void {
    const is = matcher(name);
    const first = this.#pairs.find(is);
    if (first === undefined) this.#pairs.push([scalar(name), scalar(value)]);
    else {
      first[1] = scalar(value);
      this.#pairs = this.#pairs.filter((pair) => pair === first || !is(pair));
    }
    this.#tell();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
    this.#tell();
  }

  toString(): string {
    return this.#write();
  }

  #write(): string {
    const query = new NativeQuery("");
    for (const [name, value] of this.#pairs) query.append(name, value);
    return query.toString();
  }

  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("URLSearchParams.forEach: expected a function");
    for (let i = 0; i < this.#pairs.length; i++)
      callback.call(self, this.#pairs[i]![1], this.#pairs[i]![0], this);
  }

  keys(): IterableIterator<string> {
    return this.#iterate(([name]) => name);
  }

  values(): IterableIterator<string> {
    return this.#iterate(([, value]) => value);
  }

  entries(): IterableIterator<Pair> {
    return this.#iterate(([name, value]) => [name, value]);
  }

  /** It looks at the list anew for each step, as the standard has it. */
  #iterate<T>(select: (pair: Pair) => T): IterableIterator<T> {
    let next = 0;
    const step = (): IteratorResult<T> => {
      const pair = this.#pairs[next++];
      return pair === undefined ? { value: undefined, done: true } : { value: select(pair), done: false };
    };
    return Object.create(PairIterator, {
      next: { value: step },
      [Symbol.toStringTag]: { value: "URLSearchParams Iterator" },
    }) as IterableIterator<T>;
  }

  #tell(): void {
    this.#changed?.(() => this.#write());
  }
}

Object.defineProperties(URLSearchParams.prototype, {
  [Symbol.iterator]: { value: URLSearchParams.prototype.entries, writable: true, configurable: true },
  [Symbol.toStringTag]: { value: "URLSearchParams", configurable: true },
});

function matcher(name: string, value?: string): (pair: Pair) => boolean {
  const key = scalar(name);
  if (value === undefined) return (pair) => pair[0] === key;
  const wanted = scalar(value);
  return (pair) => pair[0] === key && pair[1] === wanted;
}

function pairsOf(init: QueryInit): Pair[] {
  if ((typeof init !== "object" && typeof init !== "function") || init === null)
    return parse(scalar(init).replace(/^\?/, ""));
  if ((init as Iterable<Iterable<string>>)[Symbol.iterator] == null) {
    const record = init as Record<string, string>;
    // Two names may become one: then the last value stays.
    const names = Object.keys(record).map((name) => [scalar(name), scalar(record[name])] as const);
    return [...new Map(names)];
  }
  return Array.from(init as Iterable<Iterable<string>>, (item) => {
    const pair = Array.from(item, scalar);
    if (pair.length !== 2)
      throw new TypeError(`URLSearchParams: got ${pair.length} items, expected pairs of name and value`);
    return pair as Pair;
  });
}
