// request-words.ts: a request as people type it: --method, --header, --data, --path. Reads files and standard input, nothing else.
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { MayflyError } from "../../errors.js";

export interface RequestWords {
  readonly method?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly path: string;
}

/** Where a function believes to be asked, unless --path says more. */
const ORIGIN = "http://localhost";

/**
 * What makes the Request: each call needs one of its own.
 *
 * @throws MayflyError OPTION_INVALID naming the option
 */
export async function readRequestWords(words: RequestWords): Promise<() => Request> {
  const url = urlOf(words.path);
  const headers = (words.header ?? []).map(headerOf);
  const body = words.data === undefined ? undefined : await readData(words.data);
  const method = words.method ?? (body === undefined ? "GET" : "POST");
  const make = (): Request => new Request(url, { method, headers, ...(body !== undefined && { body }) });
  try {
    make();
  } catch (cause) {
    throw new MayflyError("OPTION_INVALID", `the request: ${(cause as Error).message}`, { cause });
  }
  return make;
}

function urlOf(path: string): string {
  const text = path.startsWith("/") ? `${ORIGIN}${path}` : path;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.href;
  throw new MayflyError(
    "OPTION_INVALID",
    `--path: got ${JSON.stringify(path)}, expected a path such as /hello?x=1, or a whole URL`,
  );
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(":");
  if (colon > 0) return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  throw new MayflyError("OPTION_INVALID", `--header: got ${JSON.stringify(text)}, expected "name: value"`);
}

async function readData(text: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!text.startsWith("@")) return new Uint8Array(Buffer.from(text));
  const file = text.slice(1);
  try {
    return new Uint8Array(file === "-" ? await buffer(process.stdin) : await readFile(file));
  } catch (cause) {
    throw new MayflyError("OPTION_INVALID", `--data: ${(cause as Error).message}`, { cause });
  }
}
