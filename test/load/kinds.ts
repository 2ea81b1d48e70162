// kinds.ts: the mix of requests, and of each kind every end that it may come to. What is not in this table is a failure.
import {
  ask,
  askSlowly,
  type Behaviour,
  babble,
  leaveInBody,
  leaveInHead,
  leaveInResponse,
  leaveWaiting,
} from "./behaviours.js";
import {
  type Ask,
  download,
  echo,
  echoBody,
  failing,
  headAlone,
  instance,
  tooLarge,
  upload,
} from "./exchanges.js";

export interface Kind {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  readonly make: Ask;
  readonly behave: Behaviour;
  /** Outcomes, by their words. */
  readonly allowed: readonly string[];
  /** So many at once, each on a connection of its own. */
  readonly atOnce?: number;
}

/** When its worker was killed meanwhile, a request may come to these ends as well. */
export const ENDS_BY_DEATH = ["502 worker-died", "502", "closed", "broken", "503 overload no-worker"];

/** All VMs that the budget allows are busy: for everything that needs one. */
const BUSY = ["503 overload queue-full", "503 overload queue-time"];

/** Behind a response that had left the connection is closed: whether that was the last one of it nobody knows. */
const BABBLED = ["400 bad-request", "431 head-too-large", "closed"];

/** Also of one that stalls within its response: on a busy host its time may be over before it has begun. */
const OUT_OF_TIME = ["504 time-out wall-time-limit"];

const CRASHED = ["502 guest-crashed exception"];

/** @param calls of functions that keep state, to be seen once each */
export function kinds(calls: Set<string>): Kind[] {
  const table: [string, number, Ask, Behaviour, string[], number?][] = [
    ["echo", 30, echo("echo"), ask, ["200", ...BUSY]],
    ["the head alone", 3, headAlone("echo"), ask, ["200", "503"]],
    ["echo a body", 12, echoBody("echo"), ask, ["200", ...BUSY]],
    ["instance", 12, instance(calls), ask, ["200", ...BUSY]],
    ["boot", 3, echo("boot", 5), ask, ["200", ...BUSY]],
    ["download", 3, download(1, 40), ask, ["200", ...BUSY]],
    ["download slowly", 3, download(20, 80), askSlowly, ["200", ...BUSY]],
    ["upload", 3, upload(1, 40), ask, ["200", ...BUSY]],
    ["throws", 3, failing("throws", thrown), ask, ["500 function-failed FUNCTION_THREW", ...BUSY]],
    ["unsettled", 2, failing("unsettled"), ask, ["500 function-failed FUNCTION_NEVER_SETTLED", ...BUSY]],
    ["loops", 1, failing("loops"), ask, ["504 time-out cpu-time-limit", ...BUSY]],
    ["waits", 1, failing("waits"), ask, [...OUT_OF_TIME, ...BUSY]],
    ["hogs", 1, failing("hogs"), ask, ["500 function-failed FUNCTION_OUT_OF_MEMORY", ...BUSY]],
    ["breaks", 2, failing("breaks"), ask, ["broken", "500 function-failed FUNCTION_THREW", ...BUSY]],
    ["crashes", 2, failing("exchange-crash"), ask, [...CRASHED, ...BUSY]],
    ["crashes midway", 1, failing("exchange-crash-midway"), ask, ["broken", ...CRASHED, ...BUSY]],
    ["stalls midway", 1, failing("exchange-stall"), ask, ["broken", ...OUT_OF_TIME, ...BUSY]],
    ["flood", 1, echo("narrow", 30), ask, ["200", ...BUSY], 30],
    ["no route", 2, failing("nowhere"), ask, ["404 not-found"]],
    ["too large", 2, tooLarge("echo"), ask, ["413 too-large", ...BUSY]],
    ["babbles", 3, failing("echo"), babble, BABBLED],
    ["leaves in the head", 3, echo("echo"), leaveInHead, ["left"]],
    ["leaves in the body", 3, upload(1, 4), leaveInBody, ["left"]],
    ["leaves waiting", 3, echo("echo"), leaveWaiting, ["left"]],
    ["leaves an instance", 2, instance(calls), leaveWaiting, ["left"]],
    ["leaves in the response", 3, download(1, 40), leaveInResponse, ["left", "200", ...BUSY]],
  ];
  return table.map(([name, weight, make, behave, allowed, atOnce]) => ({
    ...{ name, weight, make, behave, allowed },
    ...(atOnce !== undefined && { atOnce }),
  }));
}

function thrown(nonce: string): string {
  return `${nonce}\nRangeError: ${nonce}\n`;
}
