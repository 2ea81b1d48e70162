// behaviours.ts: how clients go about a request: in order, slowly, not to the end, without manners.
import { setTimeout as pause } from "node:timers/promises";
import type { Connection } from "./connection.js";
import { bodyOf, type Exchange, headOf } from "./exchanges.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import type { Random } from "./random.js";
import { type Pace, type Reply, readReply } from "./reply.js";

/** Carries one out on a connection. */
export type Behaviour = (connection: Connection, exchange: Exchange, random: Random) => Promise<Outcome>;

const LEFT: Outcome = { word: "left", isReusable: false };

/** Sends it all, and reads to the last byte. */
export const ask: Behaviour = async (connection, exchange) =>
  outcomeOf(await exchangeOn(connection, exchange), exchange);

/** Reads as somebody on a bad line does, with a pause at each piece. */
export const askSlowly: Behaviour = async (connection, exchange, random) => {
  const slowly = { pause: () => pause(random.between(0, 8)) };
  return outcomeOf(await exchangeOn(connection, exchange, slowly), exchange);
};

/** Leaves within the head. */
export const leaveInHead: Behaviour = async (connection, exchange, random) => {
  const head = headOf(exchange);
  connection.send(head.slice(0, random.between(1, head.length - 1)));
  await pause(random.between(0, 20));
  return leave(connection, random);
};

/** Leaves within the body. */
export const leaveInBody: Behaviour = async (connection, exchange, random) => {
  connection.send(headOf({ ...exchange, asksFirst: false }));
  const pieces = [...bodyOf(exchange)];
  const last = random.between(0, pieces.length - 1);
  await connection.sendSlowly([...pieces.slice(0, last), pieces[last]!.subarray(0, -1)]);
  await pause(random.between(0, 20));
  return leave(connection, random);
};

/** Leaves before the response. */
export const leaveWaiting: Behaviour = async (connection, exchange, random) => {
  connection.send(headOf(exchange));
  await pause(random.between(0, 15));
  return leave(connection, random);
};

/** Leaves within the response's body, if there is so much of it. */
export const leaveInResponse: Behaviour = async (connection, exchange, random) => {
  const reply = await exchangeOn(connection, exchange, { enoughBytes: random.between(1, 200_000) });
  return reply.end === "enough" ? leave(connection, random) : outcomeOf(reply, exchange);
};

/** Says nothing that is HTTP. */
export const babble: Behaviour = async (connection, exchange, random) => {
  connection.send(random.pick(BABBLE).replace("NONCE", exchange.nonce));
  const outcome = outcomeOf(await readReply(connection, "GET"), exchange);
  return { ...outcome, isReusable: false };
};

const BABBLE = [
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "GET /echo/NONCE HTTP/1.1\r\nhost: load.test\r\nbad header\r\n\r\n",
  "GET /echo/NONCE HTTP/1.1\r\nhost: load.test\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "\0".repeat(1000),
  `GET /echo/NONCE HTTP/1.1\r\nhost: load.test\r\nx-long: ${"x".repeat(40_000)}\r\n\r\n`,
];

async function exchangeOn(connection: Connection, exchange: Exchange, pace: Pace = {}): Promise<Reply> {
  let isSent = exchange.body === undefined;
  const sendBody = async (): Promise<void> => {
    await connection.sendSlowly(bodyOf(exchange));
    isSent = true;
  };
  connection.send(headOf(exchange));
  if (exchange.asksFirst !== true) void sendBody();
  const reply = await readReply(connection, exchange.method, { ...pace, onContinue: () => void sendBody() });
  // Who is answered before all is sent is not heard to the end.
  return isSent ? reply : { ...reply, headers: new Map([...reply.headers, ["connection", "close"]]) };
}

function leave(connection: Connection, random: Random): Outcome {
  connection.leave(random.pick(["end", "reset"]));
  return LEFT;
}
