// accounts.ts: the books: every request with its end, what kept it from a better one, and what no table allows. No I/O.
import type { Exchange } from "./exchanges.js";
import { ENDS_BY_DEATH, type Kind } from "./kinds.js";
import type { Outcome } from "./outcome.js";

export interface Entry extends Outcome {
  readonly kind: Kind;
  readonly exchange: Exchange;
  readonly round: string;
  /** What had been on its connection before, if anything. */
  readonly before: string | undefined;
  /** On the clock of performance.now(). */
  readonly began: number;
  readonly ended: number;
}

/** A worker that was killed takes a while to be gone: until then what comes to it shares its fate, ms. */
const DYING_MS = 2000;

export class Accounts {
  /** Exchanges that were begun, by nonce; those that have ended have an entry. */
  readonly entries: Entry[] = [];
  /** When workers were killed. */
  readonly deaths: number[] = [];
  readonly problems: string[] = [];
  begun = 0;
  /** Connections that were closed while nothing was under way on them. */
  closedIdle = 0;

  settle(entry: Entry): void {
    this.entries.push(entry);
    const { kind, exchange, word, detail, round, before, began, ended } = entry;
    if (kind.allowed.includes(word)) return;
    if (ENDS_BY_DEATH.includes(word) && this.someDied(began, ended)) return;
    const on = before === undefined ? "a new connection" : `a connection that had ${before} before`;
    const took = `${Math.round(ended - began)} ms on ${on}`;
    this.problem(
      `${kind.name} ${exchange.nonce} in round ${round}: ${word} after ${took}${detail === undefined ? "" : `: ${detail}`}`,
    );
  }

  /** @param before what had been on it */
  settleIdle(before: string, restedSince: number, now: number): void {
    this.closedIdle++;
    if (this.someDied(restedSince, now)) return;
    const rested = `${Math.round(now - restedSince)} ms`;
    this.problem(`an idle connection was closed behind ${before} within ${rested}, and no worker had died`);
  }

  /** Whether a worker's death may have touched what was under way then. */
  someDied(since: number, until: number): boolean {
    return this.deaths.some((at) => at > since - DYING_MS && at <= until);
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  /** Requests that were the first on their connection, and of which it ended without a byte. */
  get closedNew(): number {
    return this.entries.filter(({ word, before }) => word === "closed" && before === undefined).length;
  }

  /** Requests by kind and outcome. */
  sums(): Map<string, Map<string, number>> {
    const sums = new Map<string, Map<string, number>>();
    for (const { kind, word } of this.entries) {
      const row = sums.get(kind.name) ?? new Map<string, number>();
      sums.set(kind.name, row.set(word, (row.get(word) ?? 0) + 1));
    }
    return sums;
  }
}
