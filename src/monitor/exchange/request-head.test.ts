// request-head.test.ts: a request's head as bytes for the guest.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAYFLY_BODY_LEN_UNKNOWN, MAYFLY_EXCHANGE_HEAD_MAX, RequestHead } from "../../abi/exchange.js";
import { MayflyError } from "../../errors.js";
import type { ExchangeRequest } from "./message.js";
import { checkRequestHead, writeRequestHead } from "./request-head.js";

const request: ExchangeRequest = { method: "GET", origin: "http://h", target: "/", headers: [] };

/** The head as a guest gets it, in a buffer that held something else before. */
function encode(request: ExchangeRequest): Uint8Array {
  const head = checkRequestHead(request);
  const buffer = new Uint8Array(MAYFLY_EXCHANGE_HEAD_MAX).fill(0xa5);
  writeRequestHead(head, buffer);
  return buffer.subarray(0, head.length);
}

/** The strings as a guest reads them. */
function strings(head: Uint8Array): string[] {
  const { strings_len } = RequestHead.read(head);
  const text = Buffer.from(head.subarray(RequestHead.size, RequestHead.size + strings_len)).toString(
    "latin1",
  );
  assert.ok(text.endsWith("\0"));
  return text.slice(0, -1).split("\0");
}

async function* noBody() {
  yield* [];
}

test("method, origin, target, then names and values, each ended by a zero byte", () => {
  const head = encode({
    ...request,
    headers: [
      ["accept", "*/*"],
      ["x-empty", ""],
      ["accept", "again"],
    ],
  });
  assert.deepEqual(strings(head), [
    "GET",
    "http://h",
    "/",
    "accept",
    "*/*",
    "x-empty",
    "",
    "accept",
    "again",
  ]);
  assert.equal(RequestHead.read(head).header_count, 3);
  assert.equal(head.length % 8, 0);
});

test("what pads the head is zero", () => {
  const head = encode({ ...request, target: "/a" });
  const { strings_len } = RequestHead.read(head);
  assert.ok(head.subarray(RequestHead.size + strings_len).every((byte) => byte === 0));
});

test("the body's length is told when it is known", () => {
  const length = (more: Partial<ExchangeRequest>) =>
    RequestHead.read(encode({ ...request, ...more })).body_len;
  assert.equal(length({}), 0n);
  assert.equal(length({ body: new Uint8Array(7) }), 7n);
  assert.equal(length({ body: noBody() }), MAYFLY_BODY_LEN_UNKNOWN);
  assert.equal(length({ body: noBody(), bodyLength: 9 }), 9n);
});

test("entropy is new each time, and time goes on", () => {
  const heads = Array.from({ length: 50 }, () => RequestHead.read(encode(request)));
  assert.equal(new Set(heads.map(({ entropy }) => Buffer.from(entropy).toString("hex"))).size, 50);
  const late = BigInt(Date.now()) * 1_000_000n - heads[0]!.time_ns;
  assert.ok(late > -1_000_000_000n && late < 5_000_000_000n, `${late} ns late`);
});

test("the largest head has 65536 bytes", () => {
  const rest = MAYFLY_EXCHANGE_HEAD_MAX - RequestHead.size - "GET\0http://h\0/\0n\0\0".length;
  const withValue = (length: number) => ({ ...request, headers: [["n", "v".repeat(length)]] as const });
  assert.equal(encode(withValue(rest)).length, MAYFLY_EXCHANGE_HEAD_MAX);
  assert.throws(() => encode(withValue(rest + 1)), {
    code: "OPTION_INVALID",
    message: "a request's head: got 65544 bytes, expected at most 65536",
  });
});

test("any strings reach the guest as they are, or are refused", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("\0", "\u0100", "\u0a00"),
  );
  const property = fc.property(
    text,
    text,
    fc.array(fc.tuple(text, text), { maxLength: 4 }),
    (method, target, headers) => {
      let head: Uint8Array;
      try {
        head = encode({ ...request, method, target, headers });
      } catch (error) {
        assert.ok(error instanceof MayflyError && error.code === "OPTION_INVALID");
        return;
      }
      assert.deepEqual(strings(head), [method, "http://h", target, ...headers.flat()]);
    },
  );
  fc.assert(property, { numRuns: 1000, seed: 11 });
});
