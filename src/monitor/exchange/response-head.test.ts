// response-head.test.ts: heads from guests: what is right comes through whole, anything else is a violation that names its field.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAYFLY_EXCHANGE_HEAD_MAX, ResponseHead } from "../../abi/exchange.js";
import { GuestFault } from "../../machine/guest-fault.js";
import { decodeResponseHead } from "./response-head.js";

interface Head {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  /** What the head says, where it is not the truth. */
  readonly header_count?: number;
  readonly strings_len?: number;
  readonly reserved?: number;
  readonly strings?: string;
}

function encode({ status = 200, headers = [], reserved = 0, ...lies }: Head): Uint8Array {
  const strings = Buffer.from(
    lies.strings ??
      headers
        .flat()
        .map((each) => `${each}\0`)
        .join(""),
    "latin1",
  );
  const bytes = new Uint8Array(ResponseHead.size + strings.length);
  const { header_count = headers.length, strings_len = strings.length } = lies;
  ResponseHead.write(bytes, { status, header_count, strings_len, reserved });
  bytes.set(strings, ResponseHead.size);
  return bytes;
}

test("status and headers come as they are, in order, repeated names included", () => {
  const headers = [
    ["content-type", "text/plain"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["x-empty", ""],
    ["x-inner", "a \t b"],
    ["x-latin", "\xe9\xff"],
    ["!#$%&'*+-.^_`|~", "token"],
  ] as const;
  assert.deepEqual(decodeResponseHead(encode({ status: 404, headers })), { status: 404, headers });
});

test("the smallest head is a status, the largest has 65536 bytes", () => {
  assert.deepEqual(decodeResponseHead(encode({ status: 599 })), { status: 599, headers: [] });
  const rest = MAYFLY_EXCHANGE_HEAD_MAX - ResponseHead.size - "x\0\0".length;
  assert.equal(decodeResponseHead(encode({ headers: [["x", "v".repeat(rest)]] })).headers.length, 1);
});

const wrong: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  ["nothing", new Uint8Array(0), /head_len: got 0/],
  ["half a head", new Uint8Array(15), /head_len: got 15/],
  ["a giant", new Uint8Array(MAYFLY_EXCHANGE_HEAD_MAX + 1), /head_len: got 65537, expected 16 to 65536/],
  ...[0, 100, 199, 600, 0xffff_ffff]
    .map((status) => [`status ${status}`, encode({ status }), new RegExp(`status: got ${status}`)] as const)
    .map(([what, bytes, message]): [string, Uint8Array, RegExp] => [what, bytes, message]),
  ["a reserved field that is not 0", encode({ reserved: 1 }), /reserved: got 1, expected 0/],
  ["strings said to be shorter", encode({ headers: [["a", "b"]], strings_len: 3 }), /strings_len: got 3/],
  ["strings said to be longer", encode({ headers: [["a", "b"]], strings_len: 0xffff_ffff }), /strings_len/],
  [
    "a last string without its end",
    encode({ strings: "a\0b", header_count: 1 }),
    /does not end with a zero byte/,
  ],
  ["too few strings", encode({ headers: [["a", "b"]], header_count: 2 }), /header_count: got 2/],
  ["too many strings", encode({ headers: [["a", "b"]], header_count: 0 }), /header_count: got 0/],
  ["a name without its value", encode({ strings: "a\0", header_count: 1 }), /header_count/],
  ["a count that overflows when it is doubled", encode({ header_count: 0x8000_0000 }), /header_count/],
];

for (const [what, bytes, message] of wrong) {
  test(`decodeResponseHead refuses ${what}`, () => {
    assert.throws(
      () => decodeResponseHead(bytes),
      (error) => {
        assert.ok(error instanceof GuestFault && error.reason === "exchange-violation");
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("names that are no tokens are refused", () => {
  for (const name of ["", "a b", "a:", "a\r\nb", "a\x7f", "\xe9", "(a)", "a\t", "a@b", "a/b"])
    assert.throws(() => decodeResponseHead(encode({ headers: [[name, "v"]] })), /header 0: its name/);
});

test("values that could break out of their line are refused", () => {
  for (const value of [
    "a\r\nset-cookie: b",
    "a\nb",
    "a\rb",
    "\n",
    "a\x01",
    "a\x7f",
    " a",
    "a ",
    "\t",
    "a\x1b[0m",
  ])
    assert.throws(() => decodeResponseHead(encode({ headers: [["x", value]] })), /header 0 \(x\): its value/);
});

/** How long a value of so many blanks takes to be refused, ms: the shortest of a few times, because the host has other work, too. */
function blanksMs(length: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10; attempt++) {
    const started = performance.now();
    for (const value of [`a${" ".repeat(length)}`, `a${" \t".repeat(length / 2)}\x01`])
      assert.throws(() => decodeResponseHead(encode({ headers: [["x", value]] })), GuestFault);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

test("a value of blanks takes time by its length, not by the length's square", () => {
  blanksMs(6_000);
  const [short, long] = [blanksMs(6_000), blanksMs(60_000)];
  assert.ok(long < 40 * short, `ten times the length took ${long / short} times as long`);
});

test("any bytes are a head that HTTP allows, or a violation", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc
      .tuple(
        fc.array(fc.tuple(fc.string({ unit: "binary-ascii" }), fc.string({ unit: "binary-ascii" })), {
          maxLength: 3,
        }),
        fc.nat(700),
        fc.nat(100),
        fc.nat(255),
      )
      .map(([headers, status, at, value]) => {
        const bytes = encode({ headers, status });
        if (value > 128) bytes[at % bytes.length] = value;
        return bytes;
      }),
  );
  const property = fc.property(some, (bytes) => {
    try {
      const { status, headers } = decodeResponseHead(bytes);
      assert.ok(status >= 200 && status <= 599);
      for (const [name, value] of headers) {
        assert.match(name, /^[!-~]+$/);
        assert.doesNotMatch(value, /[\0\r\n]/);
      }
    } catch (error) {
      assert.ok(error instanceof GuestFault && error.reason === "exchange-violation");
    }
  });
  fc.assert(property, { numRuns: 3000, seed: 13 });
});
