// headers.ts: Headers (the Fetch standard, section 5.1): names in lower case, values joined, Set-Cookie apart.

export type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const BLANKS_AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g;

function nameOf(name: string): string {
  const text = String(name);
  if (!NAME.test(text))
    throw new TypeError(`a header's name: got ${JSON.stringify(text)}, expected an HTTP token`);
  return text.toLowerCase();
}

function checkedValue(name: string, value: string): string {
  const text = String(value).replace(BLANKS_AROUND, "");
  if (!VALUE.test(text))
    throw new TypeError(
      `the header ${name}: got ${JSON.stringify(text)}, expected characters that HTTP allows`,
    );
  return text;
}

export class Headers {
  /** Names and values in turn, in the order they were added. */
  #flat: string[] = [];

  constructor(init?: HeadersInit) {
    if (init === undefined || init === null) return;
    if (init instanceof Headers) this.#flat = [...init.#flat];
    else if (Symbol.iterator in init) for (const [name, value] of init) this.append(name, value);
    else for (const name of Object.keys(init)) this.append(name, init[name]!);
  }

  /** Headers as the monitor gave them: checked already. */
  static received(flat: readonly string[]): Headers {
    const headers = new Headers();
    headers.#flat = flat as string[];
    return headers;
  }

  /** For the runtime: names and values in turn. */
  static flat(headers: Headers): readonly string[] {
    return headers.#flat;
  }

  append(name: string, value: string): void {
    const key = nameOf(name);
    this.#flat.push(key, checkedValue(key, value));
  }

  set(name: string, value: string): void {
    const key = nameOf(name);
    const checked = checkedValue(key, value);
    const at = this.#find(key);
    if (at < 0) {
      this.#flat.push(key, checked);
      return;
    }
    this.#remove(key);
    this.#flat.splice(at, 0, key, checked);
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
  }

  getSetCookie(): string[] {
    return this.#values("set-cookie");
  }

  forEach(each: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) each.call(self, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    const names = this.#flat.filter((_, at) => at % 2 === 0);
    for (const name of [...new Set(names)].sort()) {
      const values = this.#values(name);
      if (name === "set-cookie") for (const value of values) yield [name, value];
      else yield [name, values.join(", ")];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  #find(key: string): number {
    for (let at = 0; at < this.#flat.length; at += 2) if (this.#flat[at] === key) return at;
    return -1;
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
