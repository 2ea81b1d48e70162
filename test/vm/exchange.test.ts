// exchange.test.ts: requests into a VM and responses out of it: bodies of any size, waiting on both sides, ends at any moment.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
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
import {
  type BodySource,
  blockMemory,
  ConsoleCollector,
  createNetPair,
  type ExchangeRequest,
  type Image,
  type Monitor,
  type Vm,
  type VmOptions,
} from "../../src/index.js";
import { app, collect } from "./support/apps.js";
import { GuestProgram } from "./support/guest-program.js";
import { isSlowHost, machineTest } from "./support/machines.js";

const MIB = 1 << 20;
const limits = { memoryMiB: 8, wallTimeMs: 20_000 };

function get(target: string, more: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return { method: "GET", origin: "http://localhost:8080", target, headers: [], ...more };
}

/** Recognizable bytes. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}

async function* pieces(body: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) {
    if (at % 3 === 0) await delay(0);
    yield body.subarray(at, at + size);
  }
}

async function open(monitor: Monitor, name: string, options: VmOptions = {}): Promise<Vm> {
  return monitor.create(await app(name), { limits, ...options });
}

/** A VM of the misdeed image that answers the first request in its own way. */
async function misdeed(monitor: Monitor, words: string, wallTimeMs = 20_000): Promise<Vm> {
  const devices = { storage: blockMemory(512), service0: createNetPair()[0] };
  return open(monitor, "misdeed", {
    args: words.split(" "),
    devices,
    limits: { memoryMiB: 16, wallTimeMs },
  });
}

machineTest(
  "hello answers with status, headers and body, and waits for the next request",
  async (monitor) => {
    const vm = await open(monitor, "hello");
    for (const target of ["/", "/hello?x=1", `/${"long".repeat(200)}`]) {
      const response = await vm.exchange(get(target));
      assert.equal(response.status, 200);
      assert.deepEqual(response.headers, [["content-type", "text/plain; charset=utf-8"]]);
      assert.equal((await collect(response.body)).toString(), `Hello, world!\nGET ${target}\n`);
    }
    assert.equal(vm.end, undefined);
    assert.equal(vm.stats.exits.get("exchange"), 4, "one exit for each request, and one to wait");
  },
);

machineTest("method, origin, target and headers reach the guest as they are", async (monitor) => {
  const vm = await open(monitor, "echo");
  const headers = [
    ["accept", "*/*"],
    ["x-twice", "1"],
    ["x-twice", "2"],
    ["x-empty", ""],
    ["x-latin", "na\u00efve \u00ff"],
  ] as const;
  const response = await vm.exchange(
    get("/a%20b?c=d&e", { method: "PATCH", origin: "https://h:1", headers }),
  );
  assert.deepEqual(response.headers, [
    ["content-type", "application/octet-stream"],
    ["x-method", "PATCH"],
    ["x-origin", "https://h:1"],
    ["x-target", "/a%20b?c=d&e"],
    ...headers.map(([name, value]) => [`x-echo-${name}`, value]),
  ]);
  assert.equal((await collect(response.body)).length, 0);
});

const bodies: readonly [what: string, size: number, source: (body: Buffer) => BodySource][] = [
  ["one byte", 1, (body) => body],
  ["a body that just fits with its head", 64_000, (body) => body],
  ["64 KiB", 65_536, (body) => body],
  ["5 MiB at hand", 5 * MIB, (body) => body],
  ["5 MiB in pieces of 100,000 bytes", 5 * MIB, (body) => pieces(body, 100_000)],
  ["100 KB in pieces of 997 bytes", 100_000, (body) => pieces(body, 997)],
  ["20 pieces of one byte", 20, (body) => pieces(body, 1)],
];

for (const [what, size, source] of bodies) {
  machineTest(`echo sends back ${what}`, async (monitor) => {
    const vm = await open(monitor, "echo");
    const body = pattern(size);
    for (let i = 0; i < 2; i++) {
      const response = await vm.exchange(get("/", { method: "POST", body: source(body) }));
      assert.ok((await collect(response.body)).equals(body));
    }
  });
}

machineTest("pieces without bytes are passed over", async (monitor) => {
  const vm = await open(monitor, "echo");
  async function* body() {
    for (const text of ["", "a", "", "", "b", ""]) yield Buffer.from(text);
  }
  const response = await vm.exchange(get("/", { body: body() }));
  assert.equal((await collect(response.body)).toString(), "ab");
});

machineTest("a body that the guest does not read is dropped, and its source let go", async (monitor) => {
  const vm = await open(monitor, "hello");
  let isLetGo = false;
  async function* endless() {
    try {
      for (;;) yield Buffer.alloc(70_000);
    } finally {
      isLetGo = true;
    }
  }
  const first = await vm.exchange(get("/", { body: endless() }));
  await collect(first.body);
  const second = await vm.exchange(get("/2", { body: Buffer.alloc(MIB) }));
  assert.match((await collect(second.body)).toString(), /GET \/2\n$/);
  await delay(0);
  // The guest never asked for a piece, so that the generator never began: there is nothing to let go of but itself.
  assert.equal(isLetGo, false);
});

machineTest("a source that was begun is let go when the VM ends", async (monitor) => {
  const vm = await open(monitor, "echo");
  let isLetGo = false;
  async function* body() {
    try {
      yield Buffer.from("first");
      await delay(30);
      yield Buffer.from("second");
    } finally {
      isLetGo = true;
    }
  }
  const { body: answer } = await vm.exchange(get("/", { body: body() }));
  await assert.rejects(
    async () => {
      for await (const _ of answer) await vm.close();
    },
    { code: "VM_ENDED" },
  );
  await delay(60);
  assert.equal(isLetGo, true);
});

machineTest("a body that never comes does not hold up close", async (monitor) => {
  const vm = await open(monitor, "echo");
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
  };
  const response = vm.exchange(get("/", { body }));
  await delay(20);
  const ended = assert.rejects(
    response.then(({ body: answer }) => collect(answer)),
    { code: "VM_ENDED" },
  );
  await vm.close();
  await ended;
});

machineTest("a body that breaks off ends the VM, and whoever asked learns why", async (monitor) => {
  const vm = await open(monitor, "echo");
  async function* body() {
    yield Buffer.from("first");
    throw new Error("the client went away");
  }
  const run = assert.rejects(vm.run(), /the client went away/);
  await assert.rejects(async () => {
    const { body: answer } = await vm.exchange(get("/", { body: body() }));
    await collect(answer);
  }, /the client went away/);
  await run;
  assert.equal(vm.end?.reason, "stopped");
});

machineTest("a guest waits while its reader does not read, and goes on when it does", async (monitor) => {
  const vm = await misdeed(monitor, "exchange-endless");
  const { body } = await vm.exchange(get("/"));
  const iterator = body[Symbol.asyncIterator]();
  await delay(30);
  const before = vm.stats.exits.get("exchange")!;
  await delay(50);
  assert.equal(vm.stats.exits.get("exchange"), before, "it goes on though nobody reads");
  assert.ok(before <= 10, `${before} pieces of 64 KiB were taken`);
  for (let i = 0; i < 20; i++) assert.equal((await iterator.next()).done, false);
  await delay(10);
  assert.ok(vm.stats.exits.get("exchange")! > before, "it does not go on");
  await vm.close();
  await assert.rejects(
    async () => {
      for (;;)
        if ((await iterator.next()).done === true) throw new Error("the body ended as if it were whole");
    },
    { code: "VM_ENDED" },
  );
});

machineTest("a reader that leaves early does not keep the guest from the next request", async (monitor) => {
  const vm = await open(monitor, "echo");
  const { body } = await vm.exchange(get("/", { body: pattern(4 * MIB) }));
  for await (const piece of body) {
    assert.ok(piece.length > 0);
    break;
  }
  // The guest still writes; what comes is dropped.
  while (vm.end === undefined) {
    try {
      const next = await vm.exchange(get("/next"));
      assert.equal(next.status, 200);
      break;
    } catch (error) {
      assert.equal((error as { code?: string }).code, "VM_BUSY");
      await delay(1);
    }
  }
  assert.equal(vm.end, undefined);
});

machineTest("a VM serves one request at a time", async (monitor) => {
  const vm = await misdeed(monitor, "exchange-sleep");
  const first = vm.exchange(get("/"));
  await assert.rejects(vm.exchange(get("/")), { code: "VM_BUSY" });
  await delay(10);
  await assert.rejects(vm.exchange(get("/")), { code: "VM_BUSY" });
  vm.stop();
  await assert.rejects(first, { code: "VM_ENDED", message: /stopped/ });
  await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED" });
});

machineTest("a guest that ends without an answer gives its reason", async (monitor) => {
  const cases: [string, RegExp][] = [
    ["exchange-crash", /exception.*#UD/],
    ["exchange-exit", /halt.*status 0/],
    ["exchange-silent", /wall-time-limit/],
    ["exchange-sleep", /wall-time-limit/],
  ];
  for (const [words, message] of cases) {
    const vm = await misdeed(monitor, words, 100);
    await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED", message }, words);
  }
});

machineTest(
  "a guest that dies within its response: what came is delivered, then the body throws",
  async (monitor) => {
    for (const [words, message] of [
      ["exchange-crash-midway", /exception/],
      ["exchange-exit-midway", /halt/],
      ["exchange-stall", /wall-time-limit/],
      ["exchange-second-head", /exchange-violation.*second head/],
    ] as const) {
      const vm = await misdeed(monitor, words, 150);
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
  ...["0", "4", "4294967295"].map((operation): [string, RegExp] => [
    `exchange-operation ${operation}`,
    new RegExp(`operation: got ${operation}, expected 1 to 3`),
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

machineTest("an image that does not speak the exchange ends, and the request learns so", async (monitor) => {
  const vm = monitor.create(new GuestProgram().halt(3).image(), { limits });
  await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED", message: /status 3/ });
});

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
    await delay(2);
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
    await delay(5);
    const [first] = [output.bytes().subarray(0, 256)];
    const { strings_len } = RequestHead.read(first);
    assert.ok(first.subarray(RequestHead.size + strings_len).every((byte) => byte === 0));
    const strings = Buffer.from(first.subarray(RequestHead.size, RequestHead.size + strings_len)).toString();
    assert.deepEqual(strings.split("\0"), ["GET", "http://localhost:8080", "/", ""]);
  },
);
