// fresh.test.ts: every request brings chance and time of its own.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { functionTest } from "./support.js";

const draw = `export default {
  fetch() {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    return Response.json({ numbers: [Math.random(), Math.random()], bytes, uuid: crypto.randomUUID(), now: Date.now() });
  },
};`;

interface Drawn {
  numbers: number[];
  bytes: number[];
  uuid: string;
  now: number;
}

functionTest("no two requests draw the same random values, in one VM or in two", draw, async (start) => {
  const seen = new Set<string | number>();
  for (const guest of [start(), start()]) {
    for (let i = 0; i < 20; i++) {
      const drawn = JSON.parse((await guest.ask("/")).text) as Drawn;
      for (const each of [...drawn.numbers, drawn.bytes.join(), drawn.uuid]) {
        assert.ok(!seen.has(each), `${each} came twice`);
        seen.add(each);
      }
      assert.ok(drawn.numbers.every((number) => number >= 0 && number < 1));
      assert.match(drawn.uuid, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    }
  }
});

functionTest("Math.random is spread evenly", evenly(), async (start) => {
  const counts = JSON.parse((await start().ask("/")).text) as number[];
  // 100,000 draws into 10 boxes: 10,000 each, and ten standard deviations either way.
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 950, `a box has ${count}`);
});

function evenly(): string {
  return `export default { fetch() {
    const boxes = Array(10).fill(0);
    for (let i = 0; i < 100000; i++) boxes[Math.floor(Math.random() * 10)]++;
    return Response.json(boxes);
  } };`;
}

functionTest("a request's time is the host's", draw, async (start) => {
  const guest = start();
  for (let i = 0; i < 3; i++) {
    const before = Date.now();
    const { now } = JSON.parse((await guest.ask("/")).text) as Drawn;
    assert.ok(
      now >= before - 1 && now <= Date.now() + 1,
      `${now} is not between ${before} and ${Date.now()}`,
    );
    await delay(20);
  }
});
