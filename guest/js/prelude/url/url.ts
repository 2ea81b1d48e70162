// url.ts: URL (the URL standard, section 6.1): ada-url's, with searchParams, and strings as Web IDL wants them.
import { NativeURL } from "../shared.js";
import { scalar, URLSearchParams } from "./url-search-params.js";

const SETTABLE = [
  "href",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

export class URL {
  declare href: string;
  declare protocol: string;
  declare username: string;
  declare password: string;
  declare host: string;
  declare hostname: string;
  declare port: string;
  declare pathname: string;
  declare search: string;
  declare hash: string;
  readonly #parsed: NativeURL;
  /** Made when it is first asked for. */
  #params: URLSearchParams | undefined;
  /** The parameters have changed: writes the query, once somebody asks, and not at each change. */
  #query: (() => string) | undefined;

  constructor(url: string | URL, base?: string | URL) {
    this.#parsed = base === undefined ? new NativeURL(scalar(url)) : new NativeURL(scalar(url), scalar(base));
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return URL.parse(url, base) !== null;
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    const [text, from] = [scalar(url), base === undefined ? undefined : scalar(base)];
    try {
      return new URL(text, from);
    } catch {
      return null;
    }
  }

  get #native(): NativeURL {
    if (this.#query !== undefined) {
      this.#parsed.search = this.#query();
      this.#query = undefined;
    }
    return this.#parsed;
  }

  get origin(): string {
    return this.#native.origin;
  }

  get searchParams(): URLSearchParams {
    this.#params ??= URLSearchParams.of(this.#native.search, (query) => {
      this.#query = query;
    });
    return this.#params;
  }

  toString(): string {
    return this.#native.href;
  }

  toJSON(): string {
    return this.#native.href;
  }

  static {
    for (const name of SETTABLE) {
      const changesQuery = name === "href" || name === "search";
      Object.defineProperty(URL.prototype, name, {
        get(this: URL): string {
          return this.#native[name];
        },
        set(this: URL, value: unknown) {
          this.#native[name] = scalar(value);
          if (changesQuery && this.#params) URLSearchParams.follow(this.#params, this.#native.search);
        },
        enumerable: true,
        configurable: true,
      });
    }
    Object.defineProperty(URL.prototype, Symbol.toStringTag, { value: "URL", configurable: true });
  }
}
