// net-ring.ts: the ring that Solo5 0.11 and later share for net devices. It lies in guest memory: every number in it is hostile.
import { SOLO5_R_OK } from "../abi/hypercalls.js";
import {
  HVT_RING_KICK_PIO_BASE,
  HVT_RING_MASK,
  HVT_RING_NET_READ,
  HVT_RING_NET_WRITE,
  HVT_RING_SIZE,
  Ring,
  RingCommit,
  RingEntry,
} from "../abi/net-ring.js";
import { viewOf } from "../abi/struct.js";
import { GuestFault } from "../machine/guest-fault.js";
import type { GuestMemory } from "../machine/memory.js";
import type { Answers, Device } from "./device.js";
import type { NetDevices } from "./net.js";

/**
 * Answers kicks of the ring at `address`. `solo5-hvt` serves it from a thread that spins; a VM here is a coroutine, nothing runs beside
 * it, so `needs_kick` stays 1 and each kick does all that is pending before the guest goes on.
 *
 * All state is in guest memory: a snapshot of the memory holds the ring whole.
 */
export class NetRing implements Device {
  /** Where it lies: guest-writable, not below the memory size that the guest is told. */
  readonly address: number;
  readonly answers: Answers;
  readonly #net: NetDevices;

  constructor(address: number, net: NetDevices) {
    this.address = address;
    this.#net = net;
    this.answers = new Map([[HVT_RING_KICK_PIO_BASE, (memory) => this.#kick(memory)]]);
  }

  /** Makes the ring empty and asks for kicks. Once, before the guest starts. */
  initialize(memory: GuestMemory): void {
    const ring = memory.writable(this.address, Ring.size, "net ring");
    ring.fill(0);
    viewOf(ring).setUint32(Ring.needs_kick, 1, true);
  }

  /** The devices belong to `NetDevices`: nothing is held here. */
  close(): void {}

  #kick(memory: GuestMemory): void {
    const ring = viewOf(memory.writable(this.address, Ring.size, "net ring"));
    // All indices are taken once: a frame that a read puts over the ring itself changes nothing below.
    const tail = ring.getUint32(Ring.ent_tail, true);
    const head = ring.getUint32(Ring.ent_head, true);
    const commitHead = ring.getUint32(Ring.com_head, true);
    let commitTail = ring.getUint32(Ring.com_tail, true);
    const pending = (tail - head) >>> 0;
    if (pending > HVT_RING_SIZE) {
      refuse(`got ${pending} entries between ent_head and ent_tail, expected at most ${HVT_RING_SIZE}`);
    }
    for (let index = head; index !== tail; index = (index + 1) >>> 0) {
      const at = Ring.entries + (index & HVT_RING_MASK) * RingEntry.size;
      const operation = ring.getUint32(at + RingEntry.offset.operation, true);
      if (operation === HVT_RING_NET_WRITE) {
        this.#write(memory, ring, at);
      } else if (operation === HVT_RING_NET_READ) {
        if ((commitTail - commitHead) >>> 0 >= HVT_RING_SIZE) refuse("got a read while no commit is free");
        this.#read(memory, ring, at, commitTail);
        commitTail = (commitTail + 1) >>> 0;
      }
      // As in Solo5, an operation that nobody knows is passed over.
    }
    ring.setUint32(Ring.com_tail, commitTail, true);
    ring.setUint32(Ring.ent_head, tail, true);
    ring.setUint32(Ring.needs_kick, 1, true);
  }

  /** A write through the ring has no result: a frame that cannot be sent is lost, as on a wire. */
  #write(memory: GuestMemory, ring: DataView, at: number): void {
    const handle = ring.getUint32(at + RingEntry.offset.handle, true);
    const length = ring.getUint32(at + RingEntry.offset.len, true);
    this.#net.send(memory, handle, address(ring, at + RingEntry.offset.data), length);
  }

  #read(memory: GuestMemory, ring: DataView, at: number, commitIndex: number): void {
    const id = ring.getUint32(at + RingEntry.offset.id, true);
    const handle = ring.getUint32(at + RingEntry.offset.handle, true);
    const length = ring.getUint32(at + RingEntry.offset.len, true);
    const bytes = this.#net.receive(memory, handle, address(ring, at + RingEntry.offset.data), length);
    const commit = Ring.commits + (commitIndex & HVT_RING_MASK) * RingCommit.size;
    ring.setUint32(commit + RingCommit.offset.id, id, true);
    ring.setInt32(commit + RingCommit.offset.ret, bytes > 0 ? SOLO5_R_OK : -bytes, true);
    ring.setUint32(commit + RingCommit.offset.len, Math.max(0, bytes), true);
  }
}

/** A GPA as a number: above 2^53 inexact, but still far outside. */
function address(ring: DataView, at: number): number {
  return ring.getUint32(at, true) + ring.getUint32(at + 4, true) * 0x1_0000_0000;
}

function refuse(problem: string): never {
  throw new GuestFault("bad-hypercall", `net ring: ${problem}`);
}
