// log-check.ts: holds the service's log against the books: a line for every request that had a worker, and no line for what nobody asked. No I/O.
import type { Accounts, Entry } from "./accounts.js";

interface RequestLine {
  readonly msg: "request";
  readonly id: string;
  readonly path: string;
  readonly status: number;
  readonly worker: number;
  readonly console?: string;
}

export interface LogSums {
  readonly lines: number;
  readonly requests: number;
  /** Answered, and told by nobody: their worker was killed before it had written. */
  readonly lostWithWorker: number;
  /** Workers that died, by their supervisor's word. */
  readonly deaths: number;
  readonly reloads: number;
  readonly failedReloads: number;
}

/** The path of a request that was no HTTP: whoever sent it knows it by its answer's id. */
const UNREADABLE = "-";
/** Behind its response a worker still has to put a VM back, or to close it, and to write: no longer than that, ms. */
const WRITTEN_MS = 2000;

export function checkLog(lines: readonly string[], accounts: Accounts): LogSums {
  const told = new Map<string, RequestLine>();
  const events = new Map<string, number>();
  for (const text of lines) {
    const line = parse(text);
    if (line === undefined) accounts.problem(`a line of the log is no JSON: ${text.slice(0, 200)}`);
    else if (line.msg !== "request") {
      const event = String(line.event ?? line.msg);
      events.set(event, (events.get(event) ?? 0) + 1);
      if (line.msg === "error") accounts.problem(`the log tells of an error: ${text}`);
    } else addRequest(told, line as unknown as RequestLine, accounts);
  }
  let lostWithWorker = 0;
  const requests = told.size;
  for (const entry of accounts.entries) {
    const line = take(told, entry);
    if (line === undefined && entry.id !== undefined) {
      if (accounts.someDied(entry.began, entry.ended + WRITTEN_MS)) lostWithWorker++;
      else accounts.problem(`${entry.kind.name} ${entry.exchange.nonce}: answered, and no line in the log`);
    } else if (line !== undefined) checkLine(line, entry, accounts);
  }
  // Who left before its answer does not know that one's id.
  for (const { path } of told.values())
    if (path !== UNREADABLE) accounts.problem(`the log tells of ${path}, for which nobody asked`);
  const of = (event: string): number => events.get(event) ?? 0;
  return {
    ...{ lines: lines.length, requests, lostWithWorker },
    ...{ deaths: of("worker-died"), reloads: of("reloaded"), failedReloads: of("reload-failed") },
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function addRequest(told: Map<string, RequestLine>, line: RequestLine, accounts: Accounts): void {
  const key = line.path === UNREADABLE ? line.id : line.path;
  if (told.has(key)) accounts.problem(`the log tells of ${key} twice`);
  told.set(key, line);
}

function take(told: Map<string, RequestLine>, { exchange, id }: Entry): RequestLine | undefined {
  const key = id !== undefined && told.has(id) ? id : exchange.path;
  const line = told.get(key);
  told.delete(key);
  return line;
}

function checkLine(line: RequestLine, { kind, exchange, word, id }: Entry, accounts: Accounts): void {
  const name = `${kind.name} ${exchange.nonce}`;
  if (id !== undefined && line.id !== id)
    accounts.problem(`${name}: got the id ${id}, and ${line.id} in the log`);
  const status = Number.parseInt(word, 10);
  if (id !== undefined && status > 0 && line.status !== status)
    accounts.problem(`${name}: got ${word}, and ${line.status} in the log`);
  const { console = "" } = line;
  // A guest that was stopped or that was never there said less.
  const isSaid = word.startsWith("200") || word.startsWith("500");
  if (isSaid && exchange.console !== undefined && !console.includes(exchange.console))
    accounts.problem(`${name}: its console says ${JSON.stringify(console)}`);
  const others = console.replaceAll(exchange.nonce, "").match(/\bn[0-9a-z]{14}\b/);
  if (others !== null) accounts.problem(`${name}: another request's ${others[0]} is on its console`);
}
