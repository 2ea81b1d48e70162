// request-id.ts: what a request is called: in the log, to its guest and to its client.
import { randomUUID } from "node:crypto";

/** 16 hexadecimal digits, of which 60 bits are random: enough to tell a year's requests apart. */
export function newRequestId(): string {
  // Node draws entropy for these in advance.
  const digits = randomUUID();
  return digits.slice(0, 8) + digits.slice(9, 13) + digits.slice(32);
}
