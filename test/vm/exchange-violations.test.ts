// exchange-violations.test.ts: guests that break the exchange, or die within it: each ends alone, and its client learns why.
import assert from "node:assert/strict";
import { get, misdeed } from "./support/exchanges.js";
import { isSlowHost, machineTest } from "./support/machines.js";

machineTest("a guest that ends without an answer gives its reason", async (monitor) => {
  // Only who does not answer is to meet the limit; an emulated CPU is slow.
  const cases: [words: string, message: RegExp, wallTimeMs: number][] = [
    ["exchange-crash", /exception.*#UD/, 20_000],
    ["exchange-exit", /halt.*status 0/, 20_000],
    ["exchange-silent", /wall-time-limit/, 100],
    ["exchange-sleep", /wall-time-limit/, 100],
  ];
  for (const [words, message, wallTimeMs] of cases) {
    const vm = await misdeed(monitor, words, wallTimeMs);
    await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED", message }, words);
  }
});

machineTest(
  "a guest that dies within its response: what came is delivered, then the body throws",
  async (monitor) => {
    for (const [words, message, wallTimeMs] of [
      ["exchange-crash-midway", /exception/, 20_000],
      ["exchange-exit-midway", /halt/, 20_000],
      ["exchange-stall", /wall-time-limit/, isSlowHost ? 3000 : 500],
      ["exchange-second-head", /exchange-violation.*second head/, 20_000],
    ] as const) {
      const vm = await misdeed(monitor, words, wallTimeMs);
      const { status, body } = await vm.exchange(get("/"));
      assert.equal(status, 200);
      const received: string[] = [];
      await assert.rejects(
        async () => {
          for await (const piece of body) received.push(Buffer.from(piece).toString());
        },
        { code: "VM_ENDED", message },
        words,
      );
      assert.equal(received.join(""), words === "exchange-second-head" ? "" : "hello");
    }
  },
);

const violations: readonly [words: string, message: RegExp][] = [
  ["exchange-read-first", /READ without a request/],
  ["exchange-write-first", /WRITE without a request/],
  ["exchange-response-first", /NEXT with a response, and there was no request/],
  ["exchange-no-response", /NEXT without a response/],
  ["exchange-body-first", /body before the head/],
  ["exchange-head-shorter", /strings_len/],
  ["exchange-head-longer", /strings_len/],
  ["exchange-head-tiny", /head_len: got 8, expected 16 to 65536/],
  ["exchange-head-giant", /head_len: got 65552, expected 16 to 65536/],
  ["exchange-count", /header_count: got 2/],
  ["exchange-unterminated", /does not end with a zero byte/],
  ["exchange-reserved", /reserved: got 1, expected 0/],
  ["exchange-name", /its name is no HTTP token/],
  ["exchange-empty-name", /its name is no HTTP token/],
  ["exchange-value", /\(x-a\): its value is not what HTTP allows/],
  ...["0", "100", "199", "600", "4294967295"].map((status): [string, RegExp] => [
    `exchange-status ${status}`,
    new RegExp(`status: got ${status}, expected 200 to 599`),
  ]),
  ...["0", "7", "4294967295"].map((operation): [string, RegExp] => [
    `exchange-operation ${operation}`,
    new RegExp(`operation: got ${operation}, expected 1 to 6`),
  ]),
  ["exchange-buffer-length 65535", /buffer_len: got 65535, expected at least 65536/],
  ["exchange-buffer-length 0", /buffer_len: got 0/],
];

for (const [words, message] of violations) {
  machineTest(`${words} is a violation that ends the VM`, async (monitor) => {
    const vm = await misdeed(monitor, words);
    await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED", message });
    assert.equal(vm.end?.reason, "exchange-violation");
    assert.notEqual(vm.end?.report?.symbol, undefined);
  });
}

const badPointers = [
  ...["null", "monitor", "end", "outside", "high", "huge", "wrap"].flatMap((place) => [
    `exchange-head ${place}`,
    `exchange-body ${place}`,
    `exchange-buffer ${place}`,
  ]),
  ...["boot", "text", "rodata"].map((place) => `exchange-buffer ${place}`),
  "exchange-body-length 0xffffffffffffffff",
  "exchange-body-length 0x100000000",
  "exchange-buffer-length 0xffffffffffffffff",
  "exchange-buffer-length 0x1000000",
];

for (const words of badPointers) {
  machineTest(`${words} is a bad pointer`, async (monitor) => {
    const vm = await misdeed(monitor, words);
    await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED", message: /bad-pointer/ });
    assert.equal(vm.end?.reason, "bad-pointer");
  });
}

machineTest(
  "a head as large as it may be, and reading on behind the end, are no misdeeds",
  async (monitor) => {
    const many = await (await misdeed(monitor, "exchange-many-headers")).exchange(get("/"));
    assert.equal(many.headers.length, 3000);
    assert.ok(many.headers.every(([name, value]) => name === "x-a" && value === "bcd"));
    const on = await (await misdeed(monitor, "exchange-read-on")).exchange(
      get("/", { body: Buffer.from("x") }),
    );
    assert.equal(on.status, 200);
  },
);
