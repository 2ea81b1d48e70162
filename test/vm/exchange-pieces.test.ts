// exchange-pieces.test.ts: a response in pieces of any size costs the host no more than it asked for, and holds nobody up.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import {
  Exchange,
  MAYFLY_EXCHANGE_BUFFER_MIN,
  MAYFLY_EXCHANGE_NEXT,
  MAYFLY_EXCHANGE_PIO,
  MAYFLY_EXCHANGE_WRITE,
  ResponseHead,
} from "../../src/abi/exchange.js";
import type { Image } from "../../src/index.js";
import { get, limits, MIB } from "./support/exchanges.js";
import { GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

/** Behind the program's data: memory that it never touches reads as zeros. */
const HEAP = 0x40_0000;

/** A guest that answers with a piece of this length, by `last`, after as many more as the host takes by WRITE. */
function answering(length: number, last: "NEXT" | "never"): Image {
  const program = new GuestProgram();
  const buffer = { buffer: BigInt(program.reserve(MAYFLY_EXCHANGE_BUFFER_MIN)), buffer_len: 65536n };
  const head = new Uint8Array(ResponseHead.size);
  ResponseHead.write(head, { status: 200 });
  const headed = { head: BigInt(program.place(head)), head_len: BigInt(head.length) };
  const piece = { body: BigInt(HEAP), body_len: BigInt(length), ...buffer };
  const call = (values: Parameters<typeof Exchange.write>[1]): void => {
    program.out(MAYFLY_EXCHANGE_PIO, program.struct(Exchange, values));
  };
  call({ operation: MAYFLY_EXCHANGE_NEXT, ...buffer });
  if (last === "NEXT") {
    call({ operation: MAYFLY_EXCHANGE_NEXT, ...headed, ...piece });
    return program.halt().image();
  }
  call({ operation: MAYFLY_EXCHANGE_WRITE, ...headed, ...piece });
  const more = program.struct(Exchange, { operation: MAYFLY_EXCHANGE_WRITE, ...piece });
  return program.forever((body) => body.out(MAYFLY_EXCHANGE_PIO, more)).image();
}

machineTest("pieces of almost all of a guest's memory, unread, are not copied", async (monitor) => {
  const image = answering(48 * MIB, "never");
  const before = process.memoryUsage().arrayBuffers;
  const vm = monitor.create(image, { limits: { ...limits, memoryMiB: 64 } });
  const { body } = await vm.exchange(get("/"));
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 2 * MIB, `${grown} bytes`);
  let taken = 0;
  for await (const piece of body) {
    assert.ok(piece.length <= MIB / 4);
    taken += piece.length;
    if (taken >= 60 * MIB) break;
  }
  await vm.close();
});

machineTest(
  "the last piece arrives whole, however long, and needs no reader to be taken",
  async (monitor) => {
    const vm = monitor.create(answering(3 * MIB + 1, "NEXT"), { limits });
    const { body } = await vm.exchange(get("/"));
    // When it is idle again, before anybody read, it takes the next request, and halts.
    const next = () => vm.exchange(get("/")).catch(({ code }) => code);
    while ((await next()) !== "VM_ENDED") await delay(1);
    let taken = 0;
    for await (const piece of body) {
      assert.ok(piece.every((byte) => byte === 0));
      taken += piece.length;
    }
    assert.equal(taken, 3 * MIB + 1);
    await vm.close();
  },
);

machineTest("a guest that writes byte by byte waits for its reader after a few hundred", async (monitor) => {
  const vm = monitor.create(answering(1, "never"), { limits });
  await vm.exchange(get("/"));
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
  const exits = vm.stats.exits.get("exchange")!;
  assert.ok(exits > 1 && exits <= 1000, `${exits} exits`);
  await vm.close();
});
