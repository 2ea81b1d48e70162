// static-files.ts: answers requests with the files of a directory. What is not there, or not a client's to see, is a 404.

import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { lookup } from "mrmime";
import type { Client } from "../client.js";
import { writeHead } from "../http/write-head.js";
import { clientGone, HttpFailure } from "../http-failure.js";
import { drained } from "../patience.js";
import type { RequestHead } from "../request-head.js";
import { type ByteRange, judgeConditions, rangeOf, type Version } from "./conditions.js";
import { fileNames, openWithin } from "./file-path.js";

/** Where an answer goes. */
export interface Destination {
  readonly out: ServerResponse;
  readonly client: Client;
  /** What the request is called. */
  readonly id: string;
  readonly lastOnConnection: boolean;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly name: string;
  readonly size: number;
  readonly version: Version;
}

const INDEX = "index.html";
const METHODS = "GET, HEAD, OPTIONS";
/** Read and sent at once. */
const PIECE_BYTES = 64 * 1024;

export class StaticFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Answers a request.
   *
   * @param rest its path below the route's, as it came
   * @throws HttpFailure 404, 405, client-gone; the host's errors
   */
  async send(head: RequestHead, rest: string, to: Destination): Promise<void> {
    if (head.method === "OPTIONS") {
      respond(to, 204, ["allow", METHODS]).end();
      return;
    }
    if (head.method !== "GET" && head.method !== "HEAD")
      throw new HttpFailure(405, "method-not-allowed", "files are only read", { allow: METHODS });
    const names = fileNames(rest);
    const file = names && (await this.#find(names));
    if (file === undefined) throw new HttpFailure(404, "not-found", "there is no such file");
    try {
      const place = placeOf(file, head.target, names?.at(-1));
      if (place === undefined) await sendFile(file, head, to);
      else respond(to, 308, ["location", place, "content-length", "0"]).end();
    } finally {
      await file.handle.close();
    }
  }

  async #find(names: readonly string[]): Promise<OpenFile | undefined> {
    const handle = await openWithin(this.#directory, names);
    if (handle === undefined) return undefined;
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) {
      const { size, mtimeNs } = stats;
      const etag = `"${size.toString(16)}-${mtimeNs.toString(16)}"`;
      const version = { etag, modifiedMs: Number(mtimeNs / 1_000_000_000n) * 1000 };
      return { handle, name: names.at(-1)!, size: Number(size), version };
    }
    await handle.close();
    // A folder that is called index.html has none.
    return stats.isDirectory() && names.at(-1) !== INDEX ? this.#find([...names, INDEX]) : undefined;
  }
}

/**
 * Where a file belongs when its request was for another place: a folder's page below the folder, so that its relative links lead there,
 * and a file not below itself. Undefined when it was for the right one.
 */
function placeOf({ name }: OpenFile, target: string, asked: string | undefined): string | undefined {
  const [path = "", query] = target.split(/\?(.*)/s, 2);
  const isFolder = name !== asked;
  if (path.endsWith("/") === isFolder) return undefined;
  const place = isFolder ? `${path}/` : path.replace(/\/$/, "");
  return query === undefined ? place : `${place}?${query}`;
}

async function sendFile(file: OpenFile, head: RequestHead, to: Destination): Promise<void> {
  const { size, version, name } = file;
  const modified = new Date(version.modifiedMs).toUTCString();
  const caching = ["etag", version.etag, "last-modified", modified, "cache-control", "no-cache"];
  const verdict = judgeConditions(head.headers, version);
  if (verdict !== 200) {
    respond(to, verdict, verdict === 412 ? ["content-length", "0"] : caching).end();
    return;
  }
  const range = head.method === "GET" ? rangeOf(head.headers, size, version) : undefined;
  if (range === "unsatisfiable") {
    respond(to, 416, ["content-range", `bytes */${size}`, "content-length", "0"]).end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const fields = ["content-type", contentType(name), "content-length", String(last - first + 1)];
  const more = ["accept-ranges", "bytes", "x-content-type-options", "nosniff", ...caching];
  if (range !== undefined) more.push("content-range", `bytes ${first}-${last}/${size}`);
  respond(to, range === undefined ? 200 : 206, [...fields, ...more]);
  if (head.method === "GET") await sendBytes(file.handle, { first, last }, to);
  to.out.end();
}

/** No faster than the client takes them. */
async function sendBytes(handle: FileHandle, { first, last }: ByteRange, to: Destination): Promise<void> {
  for (let position = first; position <= last; ) {
    const length = Math.min(PIECE_BYTES, last + 1 - position);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0)
      throw new HttpFailure(500, "host-failed", "the file became shorter while it was sent");
    if (to.client.gone) throw clientGone();
    position += bytesRead;
    to.client.receivedBytes += bytesRead;
    if (!to.out.write(buffer.subarray(0, bytesRead))) await drained(to.out);
  }
}

function respond(to: Destination, status: number, headers: readonly string[]): ServerResponse {
  const own = ["x-request-id", to.id, ...(to.lastOnConnection ? ["connection", "close"] : [])];
  return writeHead(to.out, status, [...headers, ...own]);
}

function contentType(name: string): string {
  const type = lookup(name) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}
