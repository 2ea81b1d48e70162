// net.cases.ts: what every net back-end does behind the device. Each back-end's test runs all of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  HVT_HYPERCALL_NET_READ,
  HVT_HYPERCALL_NET_WRITE,
  NetRead,
  NetWrite,
  SOLO5_R_AGAIN,
  SOLO5_R_EINVAL,
  SOLO5_R_OK,
} from "../abi/hypercalls.js";
import { GuestFault } from "../machine/guest-fault.js";
import { ETHERNET_HEADER, type NetBackend, NetDevices } from "./net.js";
import { ABSENT, BUFFER, DATA_END, pattern, RODATA, TestGuest } from "./test-guest.fixture.js";

/** The far end of the network. Frames are only those of `frame`: an interface of the host carries others, too. */
export interface Peer {
  send(frame: Uint8Array): void;
  /** The next frame, or undefined when none comes within the time. */
  receive(timeoutMs: number): Promise<Uint8Array | undefined>;
}

/** A back-end with MTU 1500 and a far end, for one test. */
export interface Network extends Disposable {
  readonly backend: NetBackend;
  readonly peer: Peer;
}

const HANDLE = 2;
const LONGEST = 1500 + ETHERNET_HEADER;

/** A broadcast of `length` bytes with the type that IEEE 802 leaves to experiments. */
export function frame(length: number, seed = 1): Uint8Array {
  const bytes = pattern(length, seed);
  bytes.fill(0xff, 0, 6);
  bytes.set([0x02, 0, 0, 0, 0, seed], 6);
  bytes.set([0x88, 0xb5], 12);
  return bytes;
}

export function isOurs(bytes: Uint8Array): boolean {
  return bytes[12] === 0x88 && bytes[13] === 0xb5;
}

class Nic {
  readonly guest = new TestGuest();
  readonly device: NetDevices;

  constructor(network: Network) {
    this.device = new NetDevices(new Map([[HANDLE, network.backend]]));
  }

  async write(bytes: Uint8Array, handle = HANDLE): Promise<number> {
    this.guest.slice(BUFFER, bytes.length).set(bytes);
    return this.writeFrom(BUFFER, bytes.length, handle);
  }

  async writeFrom(data: number | bigint, len: number | bigint, handle = HANDLE): Promise<number> {
    const values = { handle: BigInt(handle), data: BigInt(data), len: BigInt(len), ret: -1 };
    return (await this.guest.call(this.device, HVT_HYPERCALL_NET_WRITE, NetWrite, values)).ret;
  }

  async read(len: number | bigint = LONGEST, data: number | bigint = BUFFER, handle = HANDLE) {
    const values = { handle: BigInt(handle), data: BigInt(data), len: BigInt(len), ret: -1 };
    const { ret, len: bytes } = await this.guest.call(this.device, HVT_HYPERCALL_NET_READ, NetRead, values);
    return { ret, bytes: this.guest.slice(BUFFER, Number(bytes)).slice(), len: bytes };
  }

  /** Waits as a guest does that polls. */
  async readOurs(len: number = LONGEST): Promise<Uint8Array> {
    for (;;) {
      await this.readable();
      const { ret, bytes } = await this.read(len);
      if (ret === SOLO5_R_OK && isOurs(bytes)) return bytes;
    }
  }

  async readable(): Promise<void> {
    while (this.device.readyHandles() === 0n)
      await new Promise<void>((ready) => this.device.onceReadable(ready));
  }
}

export function netCases(name: string, make: () => Network, options: { skip?: string | false } = {}): void {
  const { skip = false } = options;
  const netTest = (what: string, run: (nic: Nic, network: Network) => Promise<void>) =>
    test(`${name}: ${what}`, { skip, timeout: 20_000 }, async () => {
      using network = make();
      await run(new Nic(network), network);
    });

  netTest("a frame that the guest sends arrives whole", async (nic, { peer }) => {
    assert.equal(await nic.write(frame(100)), SOLO5_R_OK);
    assert.deepEqual(await peer.receive(5000), frame(100));
  });

  netTest("a frame that is sent to the guest wakes it and reads whole", async (nic, { peer }) => {
    const waiting = nic.readOurs();
    peer.send(frame(100));
    assert.deepEqual(await waiting, frame(100));
  });

  netTest("the longest and the shortest frame pass both ways", async (nic, { peer }) => {
    for (const length of [LONGEST, ETHERNET_HEADER]) {
      assert.equal(await nic.write(frame(length)), SOLO5_R_OK);
      assert.deepEqual(await peer.receive(5000), frame(length));
      peer.send(frame(length, 2));
      assert.deepEqual(await nic.readOurs(), frame(length, 2));
    }
  });

  netTest("frames keep their order", async (nic, { peer }) => {
    for (let seed = 1; seed <= 20; seed++) peer.send(frame(60 + seed, seed));
    for (let seed = 1; seed <= 20; seed++) assert.deepEqual(await nic.readOurs(), frame(60 + seed, seed));
  });

  netTest("lengths outside a frame's are invalid and send nothing", async (nic, { peer }) => {
    for (const length of [0n, 1n, 13n, BigInt(LONGEST + 1), 65536n, 2n ** 32n, 2n ** 64n - 1n]) {
      assert.equal(await nic.writeFrom(BUFFER, length), SOLO5_R_EINVAL, `${length} bytes`);
    }
    assert.equal(await nic.write(frame(60, 7)), SOLO5_R_OK);
    assert.deepEqual(await peer.receive(5000), frame(60, 7), "the first frame to arrive is the valid one");
  });

  netTest("a frame longer than the guest's buffer is dropped, never cut", async (nic, { peer }) => {
    peer.send(frame(200, 1));
    peer.send(frame(80, 2));
    assert.deepEqual(await nic.readOurs(100), frame(80, 2));
  });

  netTest("a read without a frame gives AGAIN and leaves the length alone", async (nic) => {
    for (;;) {
      const { ret, len } = await nic.read();
      if (ret === SOLO5_R_OK) continue; // the host's own chatter
      assert.equal(ret, SOLO5_R_AGAIN);
      assert.equal(len, BigInt(LONGEST));
      break;
    }
  });

  netTest("a wait that is given up never calls", async (nic, { peer }) => {
    while (nic.device.readyHandles() !== 0n) await nic.read();
    let calls = 0;
    nic.device.onceReadable(() => calls++)();
    const waiting = nic.readable();
    peer.send(frame(60));
    await waiting;
    await new Promise(setImmediate);
    assert.equal(calls, 0);
  });

  netTest("another handle is invalid", async (nic) => {
    assert.equal(await nic.write(frame(60), HANDLE + 1), SOLO5_R_EINVAL);
    assert.equal((await nic.read(LONGEST, ABSENT, 0)).ret, SOLO5_R_EINVAL);
  });

  netTest("data may be sent from read-only memory but not be put there", async (nic) => {
    assert.equal(await nic.writeFrom(RODATA, 60), SOLO5_R_OK);
    await assert.rejects(async () => nic.read(LONGEST, RODATA), badPointer);
  });

  netTest("data outside the guest's memory ends the guest", async (nic) => {
    for (const data of [0, ABSENT, DATA_END - 13, 2n ** 64n - 30n]) {
      await assert.rejects(async () => nic.writeFrom(data, 60), badPointer);
      await assert.rejects(async () => nic.read(LONGEST, data), badPointer);
    }
    await assert.rejects(async () => nic.read(2n ** 64n - 1n), badPointer);
  });

  netTest(
    "a closed back-end fails the guest's calls, or is silent, but harms nobody",
    async (nic, { backend }) => {
      backend.close();
      backend.close();
      assert.equal(nic.device.readyHandles(), 0n);
      assert.notEqual((await nic.read()).ret, SOLO5_R_OK);
      assert.notEqual(await nic.write(frame(60)), SOLO5_R_EINVAL);
    },
  );
}

function badPointer(error: unknown): boolean {
  return error instanceof GuestFault && error.reason === "bad-pointer";
}
