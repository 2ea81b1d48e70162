// endless-guests.ts: guests that do not end by themselves.
import {
  BlockRead,
  HVT_HYPERCALL_BLOCK_READ,
  HVT_HYPERCALL_POLL,
  Poll,
} from "../../../src/abi/hypercalls.js";
import type { Image } from "../../../src/index.js";
import { GuestProgram } from "./guest-program.js";

export function polling(timeoutNs: bigint): GuestProgram {
  const program = new GuestProgram();
  const poll = program.struct(Poll, { timeout_nsecs: timeoutNs });
  return program.forever((loop) => loop.hypercall(HVT_HYPERCALL_POLL, poll));
}

export function computing(): Image {
  return new GuestProgram().forever().image();
}

export function readingBlocks(): Image {
  const program = new GuestProgram();
  const read = program.struct(BlockRead, { handle: 1n, data: BigInt(program.reserve(512)), len: 512n });
  program.forever((loop) => loop.hypercall(HVT_HYPERCALL_BLOCK_READ, read));
  return program.image({ devices: [{ name: "disk", type: "block" }] });
}
