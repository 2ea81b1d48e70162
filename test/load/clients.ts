// clients.ts: many clients at once, each with connections that it keeps or makes anew, until the round is over.
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Accounts } from "./accounts.js";
import { Connection } from "./connection.js";
import type { Kind } from "./kinds.js";
import type { Outcome } from "./outcome.js";
import { Random } from "./random.js";

export interface ClientOptions {
  /** The round's. */
  readonly name: string;
  readonly port: number;
  readonly seed: number;
  readonly kinds: readonly Kind[];
  readonly accounts: Accounts;
}

export interface RoundOptions extends ClientOptions {
  readonly connections: number;
  readonly ms: number;
}

/** Longest rest between two requests of a client, ms. Short of what Node leaves an idle connection. */
const LONGEST_REST_MS = 250;
/** Node closes an idle connection after five seconds: nobody should rely on it so long, ms. */
const RELIED_ON_MS = 4000;
/** How often a client that could keep its connection makes another one. */
const FICKLE = 0.1;

/** Lets so many clients ask for so long; resolves when all their requests have ended. */
export async function runRound(options: RoundOptions): Promise<void> {
  const until = performance.now() + options.ms;
  const clients = Array.from({ length: options.connections }, (_, i) =>
    new Client(options, new Random(options.seed * 1009 + i)).run(until),
  );
  await Promise.all(clients);
}

/** Has every worker asked for each kind: connections that are made one after the other, and stay, are dealt out in turn. */
export async function tour(options: ClientOptions, workers: number): Promise<void> {
  const asked: Promise<void>[] = [];
  const connections: Connection[] = [];
  for (const [i, kind] of options.kinds.entries()) {
    for (let worker = 0; worker < workers; worker++) {
      const connection = await Connection.open(options.port);
      connections.push(connection);
      const client = new Client(options, new Random(options.seed * 2003 + i * workers + worker));
      asked.push(client.askOnce(kind, connection));
    }
  }
  await Promise.all(asked);
  for (const connection of connections) connection.leave();
}

class Client {
  readonly #options: ClientOptions;
  readonly #random: Random;
  #connection: Connection | undefined;

  constructor(options: ClientOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  async run(until: number): Promise<void> {
    await this.#rest();
    while (performance.now() < until) {
      const kind = this.#random.weighted(this.#options.kinds);
      try {
        if (kind.atOnce === undefined) await this.#request(kind);
        else await this.#flood(kind, kind.atOnce);
      } catch (error) {
        // Whatever befalls workers, the port is there.
        this.#options.accounts.problem(`in round ${this.#options.name}: ${String(error)}`);
      }
      await this.#rest();
    }
    this.#connection?.leave();
  }

  async askOnce(kind: Kind, connection: Connection): Promise<void> {
    await this.#carryOut(kind, connection);
  }

  async #request(kind: Kind): Promise<void> {
    const connection = await this.#idleConnection();
    const { isReusable, word } = await this.#carryOut(kind, connection);
    if (isReusable && connection.isOpen) {
      connection.rest(`${kind.name} ${word}`);
      this.#connection = connection;
    } else connection.leave();
  }

  async #flood(kind: Kind, count: number): Promise<void> {
    const one = async (): Promise<void> => {
      const connection = await Connection.open(this.#options.port);
      await this.#carryOut(kind, connection);
      connection.leave();
    };
    await Promise.all(Array.from({ length: count }, one));
  }

  async #carryOut(kind: Kind, connection: Connection): Promise<Outcome> {
    const { accounts, name: round } = this.#options;
    const exchange = kind.make(this.#random, this.#random.nonce());
    const began = performance.now();
    const { before } = connection;
    accounts.begun++;
    connection.begin();
    let outcome: Outcome;
    try {
      outcome = await kind.behave(connection, exchange, this.#random);
    } catch (error) {
      outcome = { word: "wrong", detail: String(error), isReusable: false };
    }
    accounts.settle({ ...outcome, kind, exchange, round, before, began, ended: performance.now() });
    return outcome;
  }

  /** The one that it kept, as long as that is good, or another one. */
  async #idleConnection(): Promise<Connection> {
    const kept = this.#connection;
    this.#connection = undefined;
    if (kept === undefined) return Connection.open(this.#options.port);
    const now = performance.now();
    if (now - kept.restedSince! < RELIED_ON_MS) {
      if (kept.isOpen && !this.#random.chance(FICKLE)) return kept;
      if (!kept.isOpen) this.#options.accounts.settleIdle(kept.before!, kept.restedSince!, now);
    }
    kept.leave();
    return Connection.open(this.#options.port);
  }

  #rest(): Promise<void> {
    return pause(this.#random.between(0, LONGEST_REST_MS));
  }
}
