// hostile-arguments.test.ts: hypercalls with random arguments on a full set of devices, without a CPU: only GuestFault may escape,
// and only what the guest itself may write is ever written.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OutboundRequest, OutboundResponse } from "../../src/device/outbound-client.js";
import { blockMemory, createNetPair, type NetPort, parseImage } from "../../src/index.js";
import { GuestFault } from "../../src/machine/guest-fault.js";
import { GuestMemory } from "../../src/machine/memory.js";
import { assembleDevices } from "../../src/monitor/devices.js";
import { prepareImage } from "../../src/monitor/prepare.js";
import { buildImage } from "../support/image-builder.js";
import { collect } from "./support/apps.js";
import { DATA_ADDRESS } from "./support/guest-program.js";
import { type HostileCall, hostileCall, MEMORY_BYTES, placeHeads, SEED } from "./support/hostile.js";

const GUESTS = 1500;
const CALLS_PER_GUEST = 8;

const image = parseImage(
  buildImage({
    devices: [
      { name: "disk", type: "block" },
      { name: "readonly", type: "block" },
      { name: "lan", type: "net" },
    ],
    segments: [{ address: DATA_ADDRESS, memoryBytes: 0x2000, flags: "rw-" }],
  }),
  "hostile",
);
const prepared = prepareImage(image, MEMORY_BYTES);
const READ_ONLY_END = DATA_ADDRESS;
const readOnly = Buffer.alloc(READ_ONLY_END, 0x5a);
/** Made once: each guest starts with the same content. */
const memory = new Uint8Array(MEMORY_BYTES);

/** The devices of one guest, its memory, and the far end of its network. */
class Guest {
  readonly memory = new GuestMemory(memory, prepared.space);
  readonly far: NetPort;
  readonly devices: ReturnType<typeof assembleDevices>;
  readonly disk = blockMemory(8192);
  readonly #readOnlyDisk = blockMemory(8192, { readOnly: true });

  constructor() {
    memory.set(readOnly);
    memory.fill(0, READ_ONLY_END);
    placeHeads(memory);
    const [near, far] = createNetPair();
    this.far = far;
    const attachments = { disk: this.disk, readonly: this.#readOnlyDisk, lan: near };
    this.devices = assembleDevices(prepared, {
      attachments,
      console: (bytes) => this.#hear(bytes),
      offersExchange: true,
      outbound: () => ({ send: answer }),
      onHostFailure: assert.fail,
    });
    this.devices.ring?.initialize(this.memory);
  }

  /** Makes one hypercall. Returns false when it ended the guest. */
  async call({ port, argument, at }: HostileCall): Promise<boolean> {
    const address = at ?? DATA_ADDRESS + 64;
    if (address >= DATA_ADDRESS && address + argument.length <= MEMORY_BYTES)
      this.memory.bytes.set(argument, address);
    try {
      const done = this.devices.answers.get(port)!(this.memory, address);
      if (done === undefined) return true;
      // Whatever waits is let go: a poll by a frame, an exchange by its end.
      this.far.send(new Uint8Array(60));
      setImmediate(() => this.devices.cancelWaits());
      await done;
      return true;
    } catch (error) {
      if (error instanceof GuestFault) return false;
      throw error;
    }
  }

  /** What must hold whatever it did. */
  assertSound(): void {
    const low = Buffer.from(this.memory.bytes.buffer, 0, READ_ONLY_END);
    assert.ok(low.equals(readOnly), "the monitor's pages, text or rodata were written");
    assert.ok(this.#readOnlyDisk.bytes.every((byte) => byte === 0));
  }

  #hear(bytes: Uint8Array): void {
    assert.equal(bytes.buffer, this.memory.bytes.buffer);
    assert.ok(bytes.byteOffset >= 0x8_0000, "the console got the monitor's pages");
  }
}

/** The outside: refuses, or answers what it was sent, with pieces of all sizes. */
let sent = 0;
async function answer({ method, url, body = new Uint8Array(0) }: OutboundRequest): Promise<OutboundResponse> {
  assert.deepEqual([method, url], ["POST", "http://a/"]);
  if (sent++ % 4 === 0) throw new Error("nobody");
  const pieces = body instanceof Uint8Array ? [body] : body;
  return { status: 200, statusText: "", url, redirected: false, headers: [], body: echo(pieces) };
}

async function* echo(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  yield new Uint8Array(0);
  for await (const piece of pieces) yield piece;
  yield new Uint8Array(100_000);
}

async function* endlessBody() {
  for (;;) yield new Uint8Array(1000);
}

test(`${GUESTS * CALLS_PER_GUEST} hypercalls with random arguments: nothing but GuestFault escapes, nothing else is written`, async () => {
  let [calls, faults] = [0, 0];
  const one = fc.asyncProperty(
    fc.array(hostileCall, { minLength: CALLS_PER_GUEST, maxLength: CALLS_PER_GUEST }),
    fc.boolean(),
    async (some, hasRequest) => {
      const guest = new Guest();
      const request = { method: "GET", origin: "http://a", target: "/", headers: [], body: endlessBody() };
      const response = hasRequest ? guest.devices.exchange?.submit(request) : undefined;
      const read = response?.then(({ body }) => collect(body)).catch(() => {});
      for (const call of some) {
        calls++;
        // A real guest would be over; the devices must bear the next call all the same.
        if (!(await guest.call(call))) faults++;
      }
      guest.devices.exchange?.fail(() => new Error("over"));
      await read;
      guest.devices.close();
      guest.assertSound();
    },
  );
  await fc.assert(one, { numRuns: GUESTS, seed: SEED, endOnFailure: true });
  assert.ok(sent > 40, `got ${sent} requests to the outside: too wild`);
  assert.ok(
    faults > calls / 10 && faults < calls * 0.9,
    `${faults} of ${calls} were faults: too wild or too tame`,
  );
});
