// clients.ts: the clients of the requests under way: joined and left by every request, looked at when the gateway's time is over.
import type { Client } from "./client.js";

/** A list in no order, without a hole. Not a Set: with one, 16 connections made 7 to 10 % fewer requests a second. */
export class Clients implements Iterable<Client> {
  readonly #all: Client[] = [];

  get size(): number {
    return this.#all.length;
  }

  add(client: Client): void {
    client.place = this.#all.length;
    this.#all.push(client);
  }

  /** @param client one that was added */
  delete(client: Client): void {
    const last = this.#all.pop()!;
    if (last === client) return;
    last.place = client.place;
    this.#all[client.place] = last;
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#all.slice().values();
  }
}
