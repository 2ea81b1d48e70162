// log.test.ts: what a request's record looks like to people and to programs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { HttpFailure } from "./http-failure.js";
import { humanLines, humanLog } from "./human-log.js";
import { jsonLog, requestFields } from "./json-log.js";
import type { RequestRecord } from "./request-record.js";

const cost = { cpuMs: 1.5, steps: { create: 0.75, boot: 1, run: 2, close: 0.4 } };

const answered: RequestRecord = {
  request: 3,
  id: "9c6b1f0a2d3e4f58",
  trace: undefined,
  client: "192.0.2.1",
  function: "hello",
  method: "GET",
  host: "example.com:8080",
  protocol: "1.1",
  userAgent: undefined,
  clientRequestId: undefined,
  path: "/hello",
  status: 200,
  totalMs: 3.5,
  responseBytes: 5,
  vm: 2,
  cost,
  failure: undefined,
  end: undefined,
  console: "",
};

test("an answered request is one line", () => {
  assert.deepEqual(humanLines(answered), [
    "200 GET /hello  vm 2 of hello  3.50 ms (create 0.75, boot 1.00, run 2.00, close 0.40)  9c6b1f0a2d3e4f58",
  ]);
});

test("an answered request is one object", () => {
  assert.deepEqual(requestFields(answered), {
    request: 3,
    id: "9c6b1f0a2d3e4f58",
    client: "192.0.2.1",
    function: "hello",
    method: "GET",
    host: "example.com:8080",
    protocol: "HTTP/1.1",
    path: "/hello",
    status: 200,
    responseBytes: 5,
    totalMs: 3.5,
    vm: 2,
    createMs: 0.75,
    bootMs: 1,
    runMs: 2,
    closeMs: 0.4,
    cpuMs: 1.5,
  });
});

test("a line for programs is what pino makes of the request at once, but for its time", () => {
  const failure = (status: number) =>
    new HttpFailure(status, "host-failed", 'a "quoted" \u2028 reason', { cause: new Error("\ud800") });
  const cases = [
    ["info", answered],
    ["warn", { ...answered, path: "/ü\u0000\u007f\ud83d", status: 400, failure: failure(400) }],
    [
      "error",
      { ...answered, vm: undefined, cost: undefined, status: 500, failure: failure(500), console: "a\nb" },
    ],
  ] as const;
  const base = { worker: 2, "a name": "x" };
  for (const [level, record] of cases) {
    let [ours, pinos] = ["", ""];
    jsonLog((line) => {
      ours = line();
    }, base)(record);
    const logger = pino(
      { base, timestamp: pino.stdTimeFunctions.isoTime },
      {
        write(line: string) {
          pinos = line;
        },
      },
    );
    logger[level](requestFields(record), "request");
    const time = /(?<="time":")[^"]{24}/;
    assert.match(ours, time);
    assert.equal(ours.replace(time, ""), pinos.replace(time, ""));
  }
});

test("a line tells when its request was over, not when it was made", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1000 });
  let make = (): string => "";
  jsonLog((line) => {
    make = line;
  })(answered);
  context.mock.timers.tick(500);
  assert.equal(JSON.parse(make()).time, new Date(1000).toISOString());
});

test("a request of a trace names it, so that logs and traces can be joined", () => {
  const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", parentSpanId: "b7ad6b7169203331" };
  const { traceId, parentSpanId } = requestFields({ ...answered, trace });
  assert.deepEqual({ traceId, parentSpanId }, trace);
});

test("what a client calls itself and its request is told as its words", () => {
  const words = { userAgent: 'curl/8 "\n', clientRequestId: "abc\u001b[0m" };
  let text = "";
  jsonLog((line) => {
    text += line();
  })({ ...answered, ...words });
  assert.equal(text.match(/\n/g)?.length, 1, "one line");
  const { userAgent, clientRequestId } = JSON.parse(text);
  assert.deepEqual({ userAgent, clientRequestId }, words);
});

test("a failure, its cause and its mend stand below the line", () => {
  const failure = new HttpFailure(500, "host-failed", "no VM", {
    cause: new Error("ENOMEM"),
    mend: "buy memory",
  });
  const none = { vm: undefined, cost: undefined };
  const record = { ...answered, status: 500, ...none, failure };
  assert.deepEqual(humanLines(record), [
    "500 GET /hello  3.50 ms  9c6b1f0a2d3e4f58",
    "  host-failed: no VM",
    "  Error: ENOMEM",
    "  → buy memory",
  ]);
  assert.deepEqual(requestFields(record).error, {
    code: "host-failed",
    reason: undefined,
    message: "no VM",
    cause: "Error: ENOMEM",
  });
});

test("no text of a client or a guest steers the terminal or forges a line", () => {
  const path = "/\u009b31m\u2028x";
  const console = "fine\n\u001b]0;title\u0007\r200 GET /forged\n";
  let text = "";
  humanLog((lines) => {
    text += lines();
  })({ ...answered, path, console });
  assert.match(
    text,
    /^200 GET \/\?31m\?x {2}vm 2 of hello .*\n {2}\| fine\n {2}\| \?\]0;title\?\?200 GET \/forged\n$/,
  );
});
