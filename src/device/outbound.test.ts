// outbound.test.ts: requests to the outside, as a device: what is kept for a guest, and what ends with its request. Without a VM.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import * as abi from "../abi/outbound.js";
import { OutboundDevice } from "./outbound.js";
import type { OutboundClient, OutboundResponse } from "./outbound-client.js";
import { BUFFER, DATA, TestGuest } from "./test-guest.fixture.js";

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
  const { memory } = new TestGuest();
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
    textAt: (length: bigint) => Buffer.from(memory.bytes.subarray(BUFFER, BUFFER + Number(length))).toString(),
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
  const { open, write, read, textAt } = guestOf(silent);
  const body_len = 0x2_0000n;
  let opened = 0;
  for (let handle = 0; handle < abi.MAYFLY_OUTBOUND_MAX; handle++) {
    assert.equal(open({ body_len, in_flags: abi.MAYFLY_OUTBOUND_MORE }).handle, handle);
    assert.equal(write({ handle, body_len }).ret, AGAIN);
    opened++;
  }
  assert.equal(opened, 16);
  assert.equal(open().ret, AGAIN);
  await turn();
  assert.equal(read({ handle: 3 }).ret, AGAIN);
  assert.equal(textAt(0n), "");
});

test("pieces that nobody takes are few, however small they are", () => {
  const { open, write } = guestOf(silent);
  open({ in_flags: abi.MAYFLY_OUTBOUND_MORE });
  let taken = 0;
  while (write({ body_len: 1n }).ret === 0) taken++;
  assert.equal(taken, 64);
});
