// keep-alive.ts: how long a connection without a request stays open. No I/O.

/** Unless told otherwise, ms. Balancers keep theirs for 60 s: had they the longer patience, a request of theirs could meet a connection's end. */
export const KEEP_ALIVE_MS = 75_000;
