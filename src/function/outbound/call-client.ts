// call-client.ts: sends the requests of one call of a function: each hop under the policy, all together under the call's limits.
import type { OutboundClient, OutboundRequest, OutboundResponse } from "../../device/outbound-client.js";
import { guardAddresses } from "./address-guard.js";
import { CallLimits } from "./call-limits.js";
import type { ConnectionPool } from "./connection-pool.js";
import { codingsOf, decode } from "./decode.js";
import { type Answer, exchange } from "./exchange.js";
import { asFailure, nameRequest, refused } from "./failures.js";
import { matchOrigin } from "./origin-rule.js";
import type { OutboundPolicy } from "./policy.js";
import { redirected } from "./redirect.js";
import { checkRequest, type Header, type Hop } from "./request-head.js";
import { ResponseBody } from "./response-body.js";
import { Stop } from "./stop.js";

export class CallClient implements OutboundClient {
  readonly #policy: OutboundPolicy;
  readonly #pool: ConnectionPool;
  readonly #limits: CallLimits;

  constructor(policy: OutboundPolicy, pool: ConnectionPool) {
    this.#policy = policy;
    this.#pool = pool;
    this.#limits = new CallLimits(policy.limits);
  }

  async send(request: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse> {
    signal.throwIfAborted();
    const first = checkRequest(request);
    const name = nameRequest(first.url);
    this.#limits.open(name);
    const stop = new Stop(signal, this.#limits.timeoutMs, () => this.#limits.timeout(name));
    let over = false;
    const onOver = (error: unknown): void => {
      if (over) return;
      over = true;
      this.#limits.close();
      if (error === undefined) stop.done();
      else stop.now(error);
    };
    try {
      const { hop, answer, followed } = await this.#follow(first, request.redirect, stop.signal);
      // Nobody need read a body that is empty.
      if (answer.body.isAtEnd) onOver(undefined);
      const codings = codingsOf(hop.method, answer.status, answer.headers);
      return {
        status: answer.status,
        statusText: answer.statusText,
        url: hop.url.href,
        redirected: followed > 0,
        headers: codings.length === 0 ? answer.headers : answer.headers.filter(saysNothingOfCoding),
        body: this.#bodyOf(hop, answer, { codings, onOver, stop: stop.signal }),
      };
    } catch (error) {
      onOver(error);
      throw error;
    }
  }

  /** Goes from redirect to redirect to the response that counts. */
  async #follow(first: Hop, mode: OutboundRequest["redirect"], stop: AbortSignal) {
    let hop = first;
    for (let followed = 0; ; followed += 1) {
      const answer = await this.#sendHop(hop, stop);
      const next = redirected(hop, answer, { mode, followed });
      if (next === undefined) return { hop, answer, followed };
      await answer.body.return();
      hop = next;
    }
  }

  #sendHop(hop: Hop, stop: AbortSignal): Promise<Answer> {
    const name = nameRequest(hop.url);
    const grants = matchOrigin(this.#policy.origins, hop.url);
    if (grants === undefined) throw this.#originRefused(name, hop.url);
    this.#limits.countRequest(name);
    if (!this.#pool.isOpen) throw refused(name, "a function that is closed", "an open one");
    const connection = this.#pool.take(
      hop.url,
      guardAddresses([...this.#policy.privateAddresses, ...grants]),
    );
    return exchange(connection, hop, {
      stop,
      countRequest: (bytes) => this.#limits.countRequestBytes(name, bytes),
      onOver: (reusable, error) =>
        reusable ? this.#pool.giveBack(connection) : this.#pool.drop(connection, error),
    });
  }

  #bodyOf(hop: Hop, answer: Answer, { codings, onOver, stop }: BodyOptions): ResponseBody {
    const name = nameRequest(hop.url);
    const encoded = (bytes: number): void => this.#limits.countEncodedBytes(name, bytes);
    const source = codings.length === 0 ? answer.body : decode(answer.body, codings, encoded);
    return new ResponseBody(source, {
      count: (bytes) => this.#limits.countResponseBytes(name, bytes),
      onOver,
      // A decoder only knows that its source broke off.
      wording: (error) => (stop.aborted ? stop.reason : asFailure(name, error)),
    });
  }

  #originRefused(name: string, url: URL): Error {
    const { originTexts: texts } = this.#policy;
    const some = texts.length <= 5 ? texts.join(", ") : `${texts.slice(0, 5).join(", ")}, ...`;
    const expected =
      texts.length === 0 ? "none: outbound.origins is empty" : `one of outbound.origins (${some})`;
    return refused(name, `the origin ${url.origin}`, expected, `list ${url.origin} in outbound.origins`);
  }
}

interface BodyOptions {
  readonly codings: readonly string[];
  readonly onOver: (error: unknown) => void;
  readonly stop: AbortSignal;
}

/** A handler may answer with what it got: headers of the coded body would be untrue of the decoded one. */
function saysNothingOfCoding([name]: Header): boolean {
  return !["content-encoding", "content-length"].includes(name.toLowerCase());
}
