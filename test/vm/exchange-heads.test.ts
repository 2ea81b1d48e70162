// exchange-heads.test.ts: what a request's head tells a guest, how long it may be, and what is refused.
import assert from "node:assert/strict";
import {
  Exchange,
  MAYFLY_BODY_LEN_UNKNOWN,
  MAYFLY_EXCHANGE_BUFFER_MIN,
  MAYFLY_EXCHANGE_HEAD_MAX,
  MAYFLY_EXCHANGE_NEXT,
  MAYFLY_EXCHANGE_PIO,
  RequestHead,
  ResponseHead,
} from "../../src/abi/exchange.js";
import { ConsoleCollector, type Image } from "../../src/index.js";
import { until } from "../support/until.js";
import { collect } from "./support/apps.js";
import { get, limits, open, pattern } from "./support/exchanges.js";
import { GuestProgram } from "./support/guest-program.js";
import { isSlowHost, machineTest } from "./support/machines.js";

machineTest("strings that would not survive the way to the guest are refused", async (monitor) => {
  const vm = await open(monitor, "hello");
  for (const bad of [
    get("/a\0b"),
    get("/", { method: "GET\0" }),
    get("/", { origin: "http://\0" }),
    get("/", { headers: [["a\0", "b"]] }),
    get("/", { headers: [["a", "b\0c"]] }),
    // Written as one byte each, these would become zero bytes and others.
    get("/\u0100"),
    get("/", { headers: [["a", "b\u0100c\u0100d"]] }),
    get("/", { headers: [["a", "\u20ac"]] }),
  ])
    await assert.rejects(vm.exchange(bad), { code: "OPTION_INVALID" });
  const { body } = await vm.exchange(get("/good"));
  assert.match((await collect(body)).toString(), /GET \/good/);
});

machineTest("a request head of 64 KiB fits, one byte more is refused", async (monitor) => {
  const vm = await open(monitor, "echo");
  // Head, method "GET", origin, target, one header "x", each string with its zero byte.
  const rest = MAYFLY_EXCHANGE_HEAD_MAX - RequestHead.size - "GET\0http://localhost:8080\0/\0x\0\0".length;
  const fits = get("/", { headers: [["x", "v".repeat(rest)]], body: pattern(3000) });
  const { body, headers } = await vm.exchange(fits);
  assert.ok(
    (await collect(body)).equals(pattern(3000)),
    "the body comes behind a head that fills the buffer",
  );
  assert.equal(
    headers.some(([name]) => name === "x-echo-x"),
    false,
    "it does not fit into the response with the rest",
  );
  const tooLarge = get("/", { headers: [["x", "v".repeat(rest + 1)]] });
  await assert.rejects(vm.exchange(tooLarge), { code: "OPTION_INVALID", message: /65544 bytes/ });
});

/** A guest that shows each request's head and answers 204. */
function headShower(): Image {
  const program = new GuestProgram();
  const buffer = program.reserve(MAYFLY_EXCHANGE_BUFFER_MIN);
  const waiting = {
    operation: MAYFLY_EXCHANGE_NEXT,
    buffer: BigInt(buffer),
    buffer_len: BigInt(MAYFLY_EXCHANGE_BUFFER_MIN),
  };
  const first = program.struct(Exchange, waiting);
  const head = program.struct(ResponseHead, { status: 204 });
  const next = program.struct(Exchange, {
    ...waiting,
    head: BigInt(head),
    head_len: BigInt(ResponseHead.size),
  });
  program.out(MAYFLY_EXCHANGE_PIO, first).show(buffer, 256);
  return program
    .forever((loop) => loop.out(MAYFLY_EXCHANGE_PIO, next).show(buffer, 256).show(next, Exchange.size))
    .image();
}

machineTest("each request brings the time and its own entropy", async (monitor) => {
  const heads: ReturnType<typeof RequestHead.read>[] = [];
  const times: bigint[] = [];
  const vm = monitor.create(headShower(), {
    limits,
    console: (bytes) => {
      if (bytes.length === 256) heads.push(RequestHead.read(bytes));
    },
  });
  async function* none() {
    yield* [];
  }
  const requests = [get("/"), get("/", { body: pattern(10) }), get("/", { body: none() })];
  requests.push(get("/", { body: none(), bodyLength: 7 }));
  for (const request of requests) {
    times.push(BigInt(Date.now()) * 1_000_000n);
    assert.equal((await vm.exchange(request)).status, 204);
    await until(() => heads.length === times.length);
  }
  assert.deepEqual(
    heads.map(({ body_len }) => body_len),
    [0n, 10n, MAYFLY_BODY_LEN_UNKNOWN, 7n],
  );
  const entropies = new Set(heads.map(({ entropy }) => Buffer.from(entropy).toString("hex")));
  assert.equal(entropies.size, heads.length);
  for (const entropy of entropies) assert.ok(new Set(entropy.match(/../g)).size > 8, entropy);
  heads.forEach(({ time_ns }, i) => {
    const late = time_ns - times[i]!;
    assert.ok(
      late > -2_000_000n && late < (isSlowHost ? 10_000_000_000n : 1_000_000_000n),
      `${late} ns late`,
    );
  });
});

machineTest(
  "what a longer request left behind its own bytes is the guest's own memory, not the monitor's",
  async (monitor) => {
    const output = new ConsoleCollector(1 << 20);
    const vm = monitor.create(headShower(), { limits, console: output.sink });
    await vm.exchange(get("/"));
    await until(() => output.bytes().length >= 256);
    const [first] = [output.bytes().subarray(0, 256)];
    const { strings_len } = RequestHead.read(first);
    assert.ok(first.subarray(RequestHead.size + strings_len).every((byte) => byte === 0));
    const strings = Buffer.from(first.subarray(RequestHead.size, RequestHead.size + strings_len)).toString();
    assert.deepEqual(strings.split("\0"), ["GET", "http://localhost:8080", "/", ""]);
  },
);
