// outbound.test.ts: requests to the outside, as a device: what is kept for a guest, and what ends with its request. Without a VM.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import * as abi from "../abi/outbound.js";
import { GuestMemory } from "../machine/memory.js";
import { OutboundDevice } from "./outbound.js";
import type { OutboundClient, OutboundResponse } from "./outbound-client.js";

const DATA = 0x1000;
const BUFFER = 0x4000;
const MEMORY_BYTES = 10 << 20;
const HEAD = DATA + 0x100;
const [AGAIN, INVALID] = [1, 2];
const ANSWER: Omit<OutboundResponse, "body"> = {
  status: 200,
  statusText: "OK",
  url: "http://a/",
  redirected: false,
  headers: [],
};

type Call = Partial<Parameters<typeof abi.Outbound.write>[1]>;

/** A guest that may ask the outside by this client. */
function guestOf(client: OutboundClient) {
  const device = new OutboundDevice(() => client);
  const memory = new GuestMemory(new Uint8Array(MEMORY_BYTES), {
    memoryBytes: MEMORY_BYTES,
    regions: [{ start: DATA, end: MEMORY_BYTES, permissions: "rw" }],
  });
  const strings = Buffer.from("POST\0http://a/\0");
  const head = { redirect: 0, header_count: 0, strings_len: strings.length, reserved: 0 };
  abi.OutboundRequestHead.write(memory.bytes, head, HEAD);
  memory.bytes.set(strings, HEAD + abi.OutboundRequestHead.size);
  const call = (values: Call) => {
    const room = { buffer: BigInt(BUFFER), buffer_len: BigInt(abi.MAYFLY_OUTBOUND_HEAD_MAX) };
    abi.Outbound.write(memory.bytes, { ...room, body: BigInt(BUFFER), ...values }, DATA);
    device.answers.get(abi.MAYFLY_OUTBOUND_PIO)!(memory, DATA);
    return abi.Outbound.read(memory.bytes, DATA);
  };
  const head_len = BigInt(abi.OutboundRequestHead.size + strings.length);
  return {
    device,
    open: (values: Call = {}) =>
      call({ operation: abi.MAYFLY_OUTBOUND_OPEN, head: BigInt(HEAD), head_len, ...values }),
    write: (values: Call = {}) =>
      call({ operation: abi.MAYFLY_OUTBOUND_WRITE, in_flags: abi.MAYFLY_OUTBOUND_MORE, ...values }),
    read: (values: Call = {}) => call({ operation: abi.MAYFLY_OUTBOUND_READ, ...values }),
    textAt: (length: bigint) =>
      Buffer.from(memory.bytes.subarray(BUFFER, BUFFER + Number(length))).toString(),
  };
}

const silent: OutboundClient = { send: () => new Promise(() => {}) };

test("an answer that comes when its request is over wakes nobody, and its body is let go", async () => {
  let answer: ((response: OutboundResponse) => void) | undefined;
  const { device, open, read } = guestOf({ send: () => new Promise((resolve) => (answer = resolve)) });
  open();
  assert.equal(read().ret, AGAIN);
  device.close();
  let [woken, letGo] = [0, 0];
  device.onceReadable(() => woken++);
  const iterator = {
    next: () => Promise.reject(new Error("late")),
    return: async () => ({ done: true as const, value: ++letGo }),
  };
  answer?.({ ...ANSWER, body: { [Symbol.asyncIterator]: () => iterator } });
  await turn();
  assert.deepEqual([woken, letGo, device.readyHandles()], [0, 1, 0n]);
  assert.equal(read().ret, INVALID);
});

test("so much of all bodies is kept for a guest, and what is more fails with a sentence", async () => {
  for (const more of [0, abi.MAYFLY_OUTBOUND_MORE]) {
    const { open, write, read, textAt } = guestOf(silent);
    const body_len = 9n << 20n;
    assert.equal(open({ body_len, in_flags: more }).ret, 0);
    const { ret, handle } = open({ body_len: more === 0 ? body_len : 0n, in_flags: more });
    assert.deepEqual([ret, handle], [0, 1]);
    if (more !== 0) assert.equal(write({ handle, body_len }).ret, 0);
    await turn();
    const { out_flags, answer_len } = read({ handle });
    assert.equal(out_flags, abi.MAYFLY_OUTBOUND_FAILED);
    assert.match(textAt(answer_len), /^fetch: got bodies to send of more than 16777216 bytes in all/);
    assert.equal(read({ handle: 0 }).ret, AGAIN);
  }
});

test("pieces that nobody takes are few, however small they are", () => {
  const { open, write } = guestOf(silent);
  open({ in_flags: abi.MAYFLY_OUTBOUND_MORE });
  let taken = 0;
  while (write({ body_len: 1n }).ret === 0) taken++;
  assert.equal(taken, 64);
});
