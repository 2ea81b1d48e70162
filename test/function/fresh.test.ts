// fresh.test.ts: every request brings chance and time of its own.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ConsoleCollector } from "../../src/index.js";
import { functionTest, Guest } from "./support.js";

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

/** Keys are made before the snapshot, too: whatever that seeds is in the snapshot. */
const keys = `const subtle = crypto.subtle;
const curve = (name: string) => ({ name, namedCurve: "P-256" });
async function draw(): Promise<Record<string, string>> {
  const out: Record<string, string> = { uuid: crypto.randomUUID() };
  const put = async (name: string, key: unknown) => {
    const { d, k } = await subtle.exportKey("jwk", key);
    out[name] = d ?? k;
  };
  await put("AES", await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]));
  await put("HMAC", await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]));
  const pair = await subtle.generateKey(curve("ECDSA"), true, ["sign", "verify"]);
  await put("ECDSA", pair.privateKey);
  await put("ECDH", (await subtle.generateKey(curve("ECDH"), true, ["deriveBits"])).privateKey);
  await put("X25519", (await subtle.generateKey("X25519", true, ["deriveBits"])).privateKey);
  const rsa = { modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  await put("RSA", (await subtle.generateKey({ ...rsa, name: "RSA-PSS" }, true, ["sign", "verify"])).privateKey);
  const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  for (const n of [1, 2]) {
    // The same text under the same keys: what differs is chance.
    out["signature " + n] = base64(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, early.ecdsa, new Uint8Array(8)));
    out["salted " + n] = base64(await subtle.sign({ name: "RSA-PSS", saltLength: 32 }, early.pss, new Uint8Array(8)));
    out["padded " + n] = base64(await subtle.encrypt("RSA-OAEP", early.oaep, new Uint8Array(8)));
  }
  return out;
}
const early: any = {};
const ready = (async () => {
  const rsa = { modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  early.ecdsa = (await subtle.generateKey(curve("ECDSA"), true, ["sign", "verify"])).privateKey;
  early.pss = (await subtle.generateKey({ ...rsa, name: "RSA-PSS" }, true, ["sign", "verify"])).privateKey;
  early.oaep = (await subtle.generateKey({ ...rsa, name: "RSA-OAEP" }, true, ["encrypt", "decrypt"])).publicKey;
  return draw();
})();
export default {
  async fetch(request: Request) {
    const before = await ready;
    return Response.json(request.url.endsWith("/early") ? before : await draw());
  },
};`;

functionTest(
  "two VMs from one snapshot never make the same key, signature or padding, nor does one after a reset",
  keys,
  async (start, monitor) => {
    const first = start({ memoryMiB: 64 });
    const early = JSON.parse((await first.ask("/early")).text) as Record<string, string>;
    const snapshot = await first.vm.snapshot();
    const second = new Guest(monitor.createFromSnapshot(snapshot), new ConsoleCollector(0));
    const third = new Guest(monitor.createFromSnapshot(snapshot), new ConsoleCollector(0));
    const seen = new Set(Object.values(early));
    assert.equal(seen.size, Object.keys(early).length);
    for (const guest of [first, second, third, first, second])
      for (const [what, drawn] of Object.entries(JSON.parse((await guest.ask("/")).text) as object)) {
        assert.ok(!seen.has(drawn as string), `${what} came twice: ${drawn}`);
        seen.add(drawn as string);
        if (what === "padded 2") guest.vm.reset(snapshot, { verify: true });
      }
  },
);

functionTest(
  "what a module draws when it starts is not the same in every boot",
  `const early = [Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(8)).join()];
  export default { fetch: () => Response.json(early) };`,
  async (start) => {
    const seen = new Set<unknown>();
    for (let boot = 0; boot < 5; boot++)
      for (const drawn of JSON.parse((await start().ask("/")).text) as unknown[]) seen.add(drawn);
    assert.equal(seen.size, 15);
  },
);
