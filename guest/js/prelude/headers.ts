// headers.ts: Headers (the Fetch standard, section 5.1): names in lower case, values joined, Set-Cookie apart.
import { webClass } from "./define.js";
import { iterable } from "./pairs.js";

export type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the standard excludes
const VALUE = /^[\x01-\x09\x0b\x0c\x0e-\xff]*$/;
const BLANKS_AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g;

function nameOf(name: string): string {
  const text = `${name}`;
  if (!NAME.test(text))
    throw new TypeError(`a header's name: got ${JSON.stringify(text)}, expected an HTTP token`);
  return text.toLowerCase();
}

function checkedValue(name: string, value: string): string {
  const text = `${value}`.replace(BLANKS_AROUND, "");
  if (!VALUE.test(text))
    throw new TypeError(
      `the header ${name}: got ${JSON.stringify(text)}, expected characters that HTTP allows`,
    );
  return text;
}

/** For the runtime: names and values in turn. */
export let flatHeaders: (headers: Headers) => readonly string[];
/** Headers as the monitor gave them: checked already. */
export let receivedHeaders: (flat: readonly string[]) => Headers;

export class Headers {
  // By pairs.ts:
  declare readonly entries: () => IterableIterator<[string, string]>;
  declare readonly keys: () => IterableIterator<string>;
  declare readonly values: () => IterableIterator<string>;
  declare readonly forEach: (
    each: (value: string, name: string, all: Headers) => void,
    self?: unknown,
  ) => void;
  declare readonly [Symbol.iterator]: () => IterableIterator<[string, string]>;

  /** Names and values in turn, in the order they were added. */
  #flat: string[] = [];
  /** The same as an iteration shows it, until something changes. */
  #sorted: [string, string][] | undefined;

  static {
    flatHeaders = (headers) => headers.#flat;
    receivedHeaders = (flat) => {
      const headers = new Headers();
      headers.#flat = flat as string[];
      return headers;
    };
    iterable(Headers, "Headers", (headers) => headers.#pairs());
  }

  constructor(init?: HeadersInit) {
    if (init !== undefined) this.#fill(init);
  }

  #fill(init: HeadersInit): void {
    if ((typeof init !== "object" && typeof init !== "function") || init === null)
      throw new TypeError("new Headers: expected an object, or pairs of name and value");
    const each = (init as Iterable<readonly [string, string]>)[Symbol.iterator];
    if (each === undefined || each === null) {
      for (const name of Reflect.ownKeys(init) as string[])
        if (Object.getOwnPropertyDescriptor(init, name)?.enumerable)
          this.append(name, (init as Record<string, string>)[name]!);
    } else if (init instanceof Headers && each === Headers.prototype.entries) {
      this.#flat = [...init.#flat];
    } else {
      for (const pair of init as Iterable<readonly [string, string]>) {
        const [name, value, ...more] = pair;
        if (typeof pair !== "object" || value === undefined || more.length > 0)
          throw new TypeError("new Headers: expected pairs of name and value");
        this.append(name, value);
      }
    }
  }

  append(name: string, value: string): void {
    const key = nameOf(name);
    this.#flat.push(key, checkedValue(key, value));
    this.#sorted = undefined;
  }

  set(name: string, value: string): void {
    const key = nameOf(name);
    const checked = checkedValue(key, value);
    const at = this.#find(key);
    if (at < 0) {
      this.#flat.push(key, checked);
    } else {
      this.#remove(key);
      this.#flat.splice(at, 0, key, checked);
    }
    this.#sorted = undefined;
  }

  get(name: string): string | null {
    const values = this.#values(nameOf(name));
    return values.length === 0 ? null : values.join(", ");
  }

  has(name: string): boolean {
    return this.#find(nameOf(name)) >= 0;
  }

  delete(name: string): void {
    this.#remove(nameOf(name));
    this.#sorted = undefined;
  }

  getSetCookie(): string[] {
    return this.#values("set-cookie");
  }

  #pairs(): readonly [string, string][] {
    if (this.#sorted !== undefined) return this.#sorted;
    const byName = new Map<string, string[]>();
    for (let at = 0; at < this.#flat.length; at += 2) {
      const values = byName.get(this.#flat[at]!);
      if (values === undefined) byName.set(this.#flat[at]!, [this.#flat[at + 1]!]);
      else values.push(this.#flat[at + 1]!);
    }
    this.#sorted = [...byName.keys()].sort().flatMap((name): [string, string][] => {
      const values = byName.get(name)!;
      return name === "set-cookie" ? values.map((value) => [name, value]) : [[name, values.join(", ")]];
    });
    return this.#sorted;
  }

  #find(key: string): number {
    let at = this.#flat.indexOf(key);
    // A value may look like a name.
    while (at % 2 === 1) at = this.#flat.indexOf(key, at + 1);
    return at;
  }

  #values(key: string): string[] {
    const found: string[] = [];
    for (let at = 0; at < this.#flat.length; at += 2)
      if (this.#flat[at] === key) found.push(this.#flat[at + 1]!);
    return found;
  }

  #remove(key: string): void {
    const kept: string[] = [];
    for (let at = 0; at < this.#flat.length; at += 2)
      if (this.#flat[at] !== key) kept.push(this.#flat[at]!, this.#flat[at + 1]!);
    this.#flat = kept;
  }
}

webClass(Headers, "Headers");
