// at-hand.test.ts: taking what is there, and leaving the rest to whoever wants it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyChannel } from "../monitor/exchange/body-channel.js";
import { takeAtHand } from "./at-hand.js";

test("everything that is there is taken, and nothing is left to come", async () => {
  const channel = new BodyChannel();
  void channel.push(new Uint8Array(3));
  void channel.push(new Uint8Array(4));
  channel.end();
  const { pieces, length, next } = await takeAtHand(channel[Symbol.asyncIterator](), 100);
  assert.equal(pieces.length, 2);
  assert.equal(length, 7);
  assert.equal(next, undefined);
});

for (const [name, enoughBytes] of [
  ["one that is not there", 100],
  ["one beyond what is enough", 1],
] as const) {
  test(`a piece that nobody waits for any more may fail: ${name}`, async () => {
    const channel = new BodyChannel();
    void channel.push(new Uint8Array(3));
    const unheard: unknown[] = [];
    const onUnheard = (error: unknown): void => void unheard.push(error);
    process.on("unhandledRejection", onUnheard);
    try {
      const { next } = await takeAtHand(channel[Symbol.asyncIterator](), enoughBytes);
      channel.fail(new Error("the VM ended"));
      // Unheard rejections are told between two turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(unheard, []);
      await assert.rejects(next!, /the VM ended/);
    } finally {
      process.off("unhandledRejection", onUnheard);
    }
  });
}
