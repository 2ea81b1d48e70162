// hostile-guest.test.ts: guests that no runtime tames, behind a function: none keeps its VM longer than it may, and the next call is served.
import assert from "node:assert/strict";
import type { Bill } from "../../src/index.js";
import { type RawGuest, rawGuestTest } from "./raw-guest.js";

const URL = "http://function.test/";

/** More than the monitor keeps for a reader that does not read. */
const tooMuch = (guest: RawGuest): RawGuest => guest.write().write().write().write().write();
const endless = (guest: RawGuest): RawGuest =>
  guest
    .next()
    .begin(200)
    .forever((loop) => loop.write());

rawGuestTest(
  "a body behind a status that has none holds nobody up",
  (guest) => guest.forever((loop) => tooMuch(loop.next().begin(204))),
  async (fn) => {
    for (let call = 0; call < 3; call++) assert.equal((await fn.fetch(URL)).status, 204);
  },
);

rawGuestTest(
  "a body that the caller gives up, before or after its first piece, frees the VM",
  (guest) => guest.forever((loop) => tooMuch(loop.next().begin(200))),
  async (fn) => {
    for (const pieces of [0, 1, 0]) {
      const { body } = await fn.fetch(URL);
      const reader = body!.getReader();
      for (let piece = 0; piece < pieces; piece++) await reader.read();
      await reader.cancel();
    }
  },
);

rawGuestTest(
  "a body longer than its limit ends the VM when the caller has read that far",
  endless,
  async (fn) => {
    for (let call = 0; call < 2; call++)
      await assert.rejects((await fn.fetch(URL)).arrayBuffer(), { code: "FUNCTION_BODY_LIMIT" });
  },
  { limits: { bodyBytes: 1_000_000 } },
);

rawGuestTest(
  "a body that nobody reads keeps its VM as long as the wall limit says",
  endless,
  async (fn) => {
    const unread = await fn.fetch(URL);
    await fn.fetch(URL).then(({ body }) => body!.cancel());
    await assert.rejects(unread.arrayBuffer(), /wall time of 400 ms/);
  },
  { limits: { wallTimeMs: 400 } },
);

rawGuestTest(
  "behind its response a guest has the rest of its wall time, and no more",
  (guest) => guest.next().end(200, "said").wait().halt(),
  async (fn) => {
    const bills: Bill[] = [];
    const onBill = (bill: Bill) => void bills.push(bill);
    for (let call = 0; call < 2; call++) assert.equal(await (await fn.fetch(URL, { onBill })).text(), "said");
    assert.equal(bills.length, 1);
    await fn.close();
    assert.equal(bills.length, 2);
  },
  { limits: { wallTimeMs: 400 } },
);

rawGuestTest(
  "behind its response a guest has the rest of its CPU time, and no more",
  (guest) => guest.next().end(200, "said").forever(),
  async (fn) => {
    for (let call = 0; call < 3; call++) assert.equal(await (await fn.fetch(URL)).text(), "said");
  },
  { limits: { cpuTimeMs: 20 } },
);

rawGuestTest(
  "a failure of a kind that nobody knows has a code all the same",
  (guest) => guest.forever((loop) => loop.next().end(500, "{}", "mayfly-failure\0constructor\0")),
  async (fn) => {
    for (let call = 0; call < 2; call++) await assert.rejects(fn.fetch(URL), { code: "FUNCTION_THREW" });
  },
);

rawGuestTest(
  "whoever is told a bill and throws keeps no VM from anybody",
  (guest) => guest.next().end(200, "said").wait().halt(),
  async (fn) => {
    let told = 0;
    const onBill = () => {
      told++;
      throw new Error("no such currency");
    };
    for (let call = 0; call < 3; call++) await fn.fetch(URL, { onBill });
    assert.equal(told, 2);
  },
  { limits: { wallTimeMs: 400 } },
);

const silent = (): RequestInit =>
  ({ method: "POST", body: new ReadableStream<Uint8Array>({}), duplex: "half" }) as RequestInit;

rawGuestTest(
  "a request whose body never begins is answered by a guest that does not want it",
  (guest) => guest.forever((loop) => loop.next().end(200)),
  async (fn) => assert.equal((await fn.fetch(URL, silent())).status, 200),
);

rawGuestTest(
  "a guest that waits for a body that never begins has its wall time, and no more",
  (guest) => guest.next().read(),
  async (fn) => {
    await assert.rejects(fn.fetch(URL, silent()), { code: "FUNCTION_WALL_LIMIT" });
    assert.equal(fn.vms, 0);
  },
  { limits: { wallTimeMs: 400 } },
);

rawGuestTest(
  "a request's body that the guest does not read is let go",
  (guest) => guest.forever((loop) => loop.next().end(200)),
  async (fn) => {
    const letGo = new Promise<void>((resolve) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => resolve(),
      });
      void fn.fetch(URL, { method: "POST", body, duplex: "half" } as RequestInit);
    });
    await letGo;
  },
);

rawGuestTest(
  "a call whose signal aborts while its body comes ends at once",
  (guest) => guest.next().read(),
  async (fn) => {
    const aborted = new AbortController();
    const coming = fn.fetch(URL, { ...silent(), signal: aborted.signal });
    setImmediate(() => aborted.abort());
    await assert.rejects(coming, { name: "AbortError" });
  },
);

rawGuestTest(
  "a call whose signal aborts ends at once: while it waits for a VM, behind its response",
  (guest) => guest.next().end(200, "said").wait().halt(),
  async (fn) => {
    const first = new AbortController();
    const response = await fn.fetch(URL, { signal: first.signal });
    const second = new AbortController();
    const waiting = fn.fetch(URL, { signal: second.signal });
    setImmediate(() => second.abort());
    await assert.rejects(waiting, { name: "AbortError" });

    const third = fn.fetch(URL);
    first.abort();
    assert.equal(await response.text(), "said");
    assert.equal(await (await third).text(), "said");
  },
);

rawGuestTest(
  "a response of thousands of headers is none",
  (guest) => guest.forever((loop) => loop.next().end(200, "", "a\0b\0".repeat(1001))),
  async (fn) => {
    for (let call = 0; call < 2; call++)
      await assert.rejects(fn.fetch(URL), { code: "FUNCTION_NO_RESPONSE", message: /1001 headers/ });
  },
);

for (const [what, words, code] of [
  ["none", "", "FUNCTION_THREW"],
  ["null", "null", "FUNCTION_THREW"],
  ["no object", '{"error":1}', "FUNCTION_THREW"],
  [
    "an unknown kind",
    '{"error":{"kind":{"a":1},"name":[],"cause":{"cause":[]},"errors":[null,1]}}',
    "FUNCTION_THREW",
  ],
  ["a kind that is no text, and cannot become one", '{"error":{"kind":{"toString":1}}}', "FUNCTION_THREW"],
  ["nothing but brackets", "[".repeat(100_000), "FUNCTION_THREW"],
  ["a kind alone", '{"error":{"kind":"never-settled"}}', "FUNCTION_NEVER_SETTLED"],
] as const)
  rawGuestTest(
    `a guest that abandons its response may give as its reason ${what}`,
    (guest) => guest.next().begin(200).abandon(words),
    async (fn) => {
      for (let call = 0; call < 2; call++) {
        const response = await fn.fetch(URL);
        await assert.rejects(response.text(), { code });
        const { vm, giveBack } = await fn.lease();
        const { body } = await vm.exchange({ method: "GET", origin: "http://a", target: "/", headers: [] });
        await assert.rejects(async () => {
          for await (const _ of body);
        });
        await giveBack();
        assert.equal(fn.vms, 0);
      }
    },
  );

for (const [what, program, message] of [
  ["before the head", (guest: RawGuest) => guest.next().abandon("why"), /before the head/],
  [
    "at too great a length",
    (guest: RawGuest) => guest.next().begin(200).abandon("why", 131_073),
    /at most 131072/,
  ],
] as const)
  rawGuestTest(`a guest that abandons its response ${what} breaks the exchange`, program, async (fn) => {
    const answered = fn.fetch(URL).then((response) => response.text());
    await assert.rejects(answered, { code: "FUNCTION_ENDED", message });
  });
