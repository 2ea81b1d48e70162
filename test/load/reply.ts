// reply.ts: what came of a request on its connection, read byte by byte: nothing hidden, nothing tried again.
import type { Connection } from "./connection.js";

export interface Reply {
  /** whole: to its last byte; enough: as far as was wanted; broken: begun, then cut; none: not a byte came; late: the time was over. */
  readonly end: "whole" | "enough" | "broken" | "none" | "late";
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Pace {
  /** Before each piece of the body. */
  readonly pause?: () => Promise<void>;
  /** Stops to read when the body has so many bytes: the client leaves. */
  readonly enoughBytes?: number;
  /** Told of "100 Continue". */
  readonly onContinue?: () => void;
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();
const HEAD_END = "\r\n\r\n";

/** Reads one response. */
export async function readReply(connection: Connection, method: string, pace: Pace = {}): Promise<Reply> {
  let status = 0;
  let headers = NO_HEADERS;
  const pieces: Buffer[] = [];
  const reply = (end: Reply["end"]): Reply => ({ end, status, headers, body: Buffer.concat(pieces) });
  const cut = (): Reply => {
    if (connection.isLate) return reply("late");
    return reply(status === 0 && connection.pendingBytes === 0 ? "none" : "broken");
  };
  do {
    const head = await connection.take(HEAD_END);
    if (head === undefined) return cut();
    ({ status, headers } = parseHead(head.toString("latin1")));
    if (status === 100) pace.onContinue?.();
  } while (status === 100);
  let got = 0;
  const isEnough = (): boolean => got >= (pace.enoughBytes ?? Number.POSITIVE_INFINITY);
  /** Whether so many bytes came. */
  const takeBytes = async (count: number): Promise<boolean> => {
    for (let left = count; left > 0 && !isEnough(); ) {
      await pace.pause?.();
      const piece = await connection.takeUpTo(left);
      if (piece === undefined) return false;
      pieces.push(piece);
      got += piece.length;
      left -= piece.length;
    }
    return true;
  };
  const length = headers.get("content-length");
  if (method === "HEAD" || status === 204 || status === 304) return reply("whole");
  if (length !== undefined) {
    if (!(await takeBytes(Number(length)))) return cut();
    return reply(isEnough() ? "enough" : "whole");
  }
  if (headers.get("transfer-encoding") !== "chunked")
    throw new Error(`a response without framing: ${status}`);
  while (!isEnough()) {
    const line = await connection.take("\r\n");
    if (line === undefined) return cut();
    const size = Number.parseInt(line.toString("latin1"), 16);
    if (size > 0 && !(await takeBytes(size))) return cut();
    if (isEnough()) break;
    if ((await connection.take("\r\n")) === undefined) return cut();
    if (size === 0) return reply("whole");
  }
  return reply("enough");
}

function parseHead(text: string): { status: number; headers: ReadonlyMap<string, string> } {
  const [first = "", ...lines] = text.slice(0, -HEAD_END.length).split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1];
  if (status === undefined) throw new Error(`got ${JSON.stringify(first)}, expected a status line`);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: new Map(headers) };
}
