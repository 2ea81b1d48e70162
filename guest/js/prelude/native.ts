// native.ts: what the engine's compiled extensions define (ada-url, mbedTLS), taken before the prelude's own takes its place.

/** ada-url's URL: no searchParams, and lone surrogates as they are. */
export interface NativeURL {
  href: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  readonly origin: string;
}

/** Its list of a query's names and values. */
export interface NativeQuery extends Iterable<[string, string]> {
  append(name: string, value: string): void;
  toString(): string;
}

/** mbedTLS: keys go in and out in its own formats, errors are plain ones. */
export interface NativeKey {
  readonly type: "public" | "private" | "secret";
  readonly algorithm: Record<string, unknown>;
}

export type NativeFormat = "raw" | "spki" | "pkcs8";

export interface NativeSubtle {
  digest(algorithm: unknown, data: BufferSource): Promise<ArrayBuffer>;
  generateKey(algorithm: unknown, extractable: true, usages: readonly string[]): Promise<unknown>;
  importKey(
    format: NativeFormat,
    data: BufferSource,
    algorithm: unknown,
    extractable: true,
    usages: readonly string[],
  ): Promise<NativeKey>;
  exportKey(format: NativeFormat, key: NativeKey): Promise<ArrayBuffer>;
  sign(algorithm: unknown, key: NativeKey, data: BufferSource): Promise<ArrayBuffer>;
  verify(algorithm: unknown, key: NativeKey, signature: BufferSource, data: BufferSource): Promise<boolean>;
  encrypt(algorithm: unknown, key: NativeKey, data: BufferSource): Promise<ArrayBuffer>;
  decrypt(algorithm: unknown, key: NativeKey, data: BufferSource): Promise<ArrayBuffer>;
  deriveBits(algorithm: unknown, key: NativeKey, length: number): Promise<ArrayBuffer>;
}

export type BufferSource = ArrayBuffer | ArrayBufferView;

export interface DOMExceptionConstructor {
  new (message: string, name: string): Error;
}

interface Natives {
  readonly URL: { new (url: string, base?: string): NativeURL; readonly prototype: NativeURL };
  readonly URLSearchParams: new (query: string) => NativeQuery;
  readonly crypto: { readonly subtle: NativeSubtle };
  readonly DOMException: DOMExceptionConstructor;
}

export const {
  URL: NativeURL,
  URLSearchParams: NativeQuery,
  crypto: { subtle },
  DOMException,
} = globalThis as unknown as Natives;
