// outbound-reset.test.ts: requests to the outside that a guest opened before it took its first request: none outlives that, in any VM.
import assert from "node:assert/strict";
import * as exchange from "../../src/abi/exchange.js";
import * as outbound from "../../src/abi/outbound.js";
import { collect } from "./support/apps.js";
import { get, limits } from "./support/exchanges.js";
import { GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

/** Opens a request, takes requests, and answers each with the struct that reading the first one's answer left. */
function opener(): GuestProgram {
  const guest = new GuestProgram();
  const buffer = { buffer: BigInt(guest.reserve(0x1_0000)), buffer_len: 0x1_0000n };
  const strings = Buffer.from("GET\0http://a/\0");
  const head = Buffer.alloc(outbound.OutboundRequestHead.size + strings.length);
  outbound.OutboundRequestHead.write(head, {
    redirect: 0,
    header_count: 0,
    strings_len: strings.length,
    reserved: 0,
  });
  head.set(strings, outbound.OutboundRequestHead.size);
  const open = guest.struct(outbound.Outbound, {
    operation: outbound.MAYFLY_OUTBOUND_OPEN,
    head: BigInt(guest.place(head)),
    head_len: BigInt(head.length),
  });
  const read = guest.struct(outbound.Outbound, { operation: outbound.MAYFLY_OUTBOUND_READ, ...buffer });
  const answer = Buffer.alloc(exchange.ResponseHead.size);
  exchange.ResponseHead.write(answer, { status: 200, header_count: 0, strings_len: 0, reserved: 0 });
  const next = guest.struct(exchange.Exchange, { operation: exchange.MAYFLY_EXCHANGE_NEXT, ...buffer });
  const end = guest.struct(exchange.Exchange, {
    operation: exchange.MAYFLY_EXCHANGE_END,
    head: BigInt(guest.place(answer)),
    head_len: BigInt(answer.length),
    body: BigInt(read),
    body_len: BigInt(outbound.Outbound.size),
  });
  return guest
    .out(outbound.MAYFLY_OUTBOUND_PIO, open)
    .forever((loop) =>
      loop
        .out(exchange.MAYFLY_EXCHANGE_PIO, next)
        .out(outbound.MAYFLY_OUTBOUND_PIO, read)
        .out(exchange.MAYFLY_EXCHANGE_PIO, end),
    );
}

machineTest(
  "what was open when a guest took its first request is closed, and no reset opens it",
  async (monitor) => {
    let asked = 0;
    let aborted = 0;
    const client = {
      send: (_: unknown, signal: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          asked++;
          signal.addEventListener("abort", () => {
            aborted++;
            reject(signal.reason);
          });
        }),
    };
    const vm = monitor.create(opener().image(), { limits, outbound: () => client });
    const snapshot = await vm.snapshot();
    assert.deepEqual([asked, aborted], [1, 1]);
    const twin = monitor.createFromSnapshot(snapshot, { outbound: () => client });
    for (let request = 0; request < 4; request++) {
      const one = request % 2 === 0 ? vm : twin;
      const { body } = await one.exchange(get("/"));
      const handedOver = new Promise<void>((resolve) => body.onceHandedOver(resolve));
      assert.equal(outbound.Outbound.read(await collect(body)).ret, 2);
      await handedOver;
      await new Promise(setImmediate);
      one.reset(snapshot, { verify: true });
    }
    assert.equal(asked, 1);
  },
);
