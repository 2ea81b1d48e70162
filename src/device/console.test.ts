// console.test.ts: console output arrives in whole buffers, in order, and the guest waits for whoever is slow.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_PUTS, Puts } from "../abi/hypercalls.js";
import { SystemCallError } from "../linux/system-call-error.js";
import { GuestFault } from "../machine/guest-fault.js";
import { GuestMemory } from "../machine/memory.js";
import { ConsoleDevice, type ConsoleSink } from "./console.js";
import { ConsoleCollector, descriptorSink, discardOutput } from "./console-sinks.js";
import { BUFFER, DATA, DATA_END, pattern, RODATA, TestGuest } from "./test-guest.fixture.js";

const directory = mkdtempSync(join(tmpdir(), "mayfly-console-"));
after(() => rmSync(directory, { recursive: true }));

/** What a sink gets at once, at most. */
const PART_BYTES = 1024 * 1024;

function puts(
  guest: TestGuest,
  sink: ConsoleSink,
  data: number | bigint,
  len: number | bigint,
): void | Promise<void> {
  Puts.write(guest.memory.bytes, { data: BigInt(data), len: BigInt(len) }, DATA);
  return new ConsoleDevice(sink).answers.get(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_PUTS)!(
    guest.memory,
    DATA,
  );
}

test("one hypercall is one call of the sink, with the whole buffer", () => {
  const guest = new TestGuest();
  guest.slice(BUFFER, 65536).set(pattern(65536));
  const calls: Uint8Array[] = [];
  puts(guest, (bytes) => void calls.push(bytes.slice()), BUFFER, 65536);
  assert.deepEqual(calls, [pattern(65536)]);
});

test("output may come from read-only memory; nothing at all does not reach the sink", () => {
  const guest = new TestGuest();
  const lengths: number[] = [];
  const sink = (bytes: Uint8Array) => void lengths.push(bytes.length);
  puts(guest, sink, RODATA, 5);
  puts(guest, sink, BUFFER, 0);
  assert.deepEqual(lengths, [5]);
});

test("very long output comes in parts, in order, and others have their turn between two", async () => {
  const bytes = pattern(5 * PART_BYTES + 1);
  const space = {
    memoryBytes: bytes.length,
    regions: [{ start: 0, end: bytes.length, permissions: "rw" }],
  } as const;
  const memory = new GuestMemory(bytes, space);
  Puts.write(bytes, { data: 0n, len: BigInt(bytes.length) });
  const parts: Uint8Array[] = [];
  let turns = 0;
  const device = new ConsoleDevice((part) => {
    parts.push(part.slice());
    setImmediate(() => turns++);
  });
  const answer = device.answers.get(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_PUTS)!;
  await answer(memory, 0);
  assert.equal(parts.length, 6);
  assert.equal(turns, 6);
  assert.ok(Buffer.concat(parts).equals(bytes));

  const closed = answer(memory, 0);
  device.close();
  await closed;
  assert.equal(parts.length, 7, "what is left of it is nobody's any more");
});

test("output from where the guest may not read ends the guest and reaches no sink", () => {
  const guest = new TestGuest();
  const sink = () => assert.fail("the sink was called");
  for (const [data, len] of [
    [0, 1],
    [DATA_END - 1, 2],
    [BUFFER, 2n ** 64n - 1n],
    [2n ** 64n - 1n, 2],
  ] as const) {
    assert.throws(() => puts(guest, sink, data, len), GuestFault);
  }
});

test("the guest waits for a sink's promise, and a sink's error passes through", async () => {
  const guest = new TestGuest();
  let finish = () => {};
  const waiting = puts(
    guest,
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    BUFFER,
    1,
  );
  assert.ok(waiting instanceof Promise);
  finish();
  await waiting;
  assert.throws(
    () =>
      puts(
        guest,
        () => {
          throw new SystemCallError("write", "ENOSPC");
        },
        BUFFER,
        1,
      ),
    /ENOSPC/,
  );
});

test("ConsoleCollector copies what it keeps and counts what it does not", () => {
  const output = new ConsoleCollector(10);
  const bytes = new TextEncoder().encode("hello ");
  output.sink(bytes);
  bytes.fill(0);
  output.sink(new TextEncoder().encode("world!"));
  output.sink(new TextEncoder().encode("more"));
  assert.equal(output.text(), "hello worl");
  assert.equal(output.droppedBytes, 6);
  assert.equal(output.bytes().length, 10);
});

test("discardOutput takes everything and waits for nothing", () => {
  assert.equal(discardOutput(new Uint8Array(1000)), undefined);
});

test("descriptorSink writes a file whole and at once", () => {
  const path = join(directory, "out");
  const fd = openSync(path, "w");
  const sink = descriptorSink(fd);
  assert.equal(sink(pattern(1 << 20)), undefined);
  assert.equal(sink(pattern(10, 2)), undefined);
  closeSync(fd);
  assert.ok(readFileSync(path).equals(Buffer.concat([pattern(1 << 20), pattern(10, 2)])));
});

test("descriptorSink waits for room in a full pipe that does not block", { timeout: 10_000 }, async () => {
  const path = join(directory, "pipe");
  execFileSync("mkfifo", [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const content = pattern(300_000);
  const writing = descriptorSink(fd)(content);
  assert.ok(writing instanceof Promise, "a pipe holds less than this");
  const read = Buffer.alloc(content.length);
  for (let length = 0; length < read.length; ) {
    try {
      length += readSync(fd, read, length, read.length - length, null);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  await writing;
  closeSync(fd);
  assert.ok(read.equals(content));
});

test("descriptorSink reports a host that refuses", () => {
  const fd = openSync("/dev/full", "w");
  const refused = (error: unknown) => error instanceof SystemCallError && error.errno === "ENOSPC";
  assert.throws(() => void descriptorSink(fd)(new Uint8Array(1)), refused);
  closeSync(fd);
});
