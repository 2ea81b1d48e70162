// exchange.test.ts: requests into a VM and responses out of it: bodies of any size, waiting on both sides, ends at any moment.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { BodySource } from "../../src/index.js";
import { until } from "../support/until.js";
import { collect } from "./support/apps.js";
import { get, limits, MIB, misdeed, open, pattern, pieces } from "./support/exchanges.js";
import { GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

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
  await until(() => isLetGo);
});

machineTest("a body that never comes does not hold up close", async (monitor) => {
  const vm = await open(monitor, "echo");
  let isAsked = false;
  const next = () => {
    isAsked = true;
    return new Promise<never>(() => {});
  };
  const body: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next }) };
  const response = vm.exchange(get("/", { body }));
  await until(() => isAsked);
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
  const exchanges = () => vm.stats.exits.get("exchange")!;
  // The one that brings the request, and pieces of 64 KiB until 256 KiB wait for a reader.
  await until(() => exchanges() >= 1 + 4);
  await delay(50);
  assert.equal(exchanges(), 1 + 4, "it goes on though nobody reads");
  for (let i = 0; i < 20; i++) assert.equal((await iterator.next()).done, false);
  assert.ok(exchanges() >= 20, "it does not go on");
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

machineTest("an image that does not speak the exchange ends, and the request learns so", async (monitor) => {
  const vm = monitor.create(new GuestProgram().halt(3).image(), { limits });
  await assert.rejects(vm.exchange(get("/")), { code: "VM_ENDED", message: /status 3/ });
});
