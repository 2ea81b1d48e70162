// unix-socket.ts: a pair of connected sockets between two processes, over which messages and descriptors go (socketpair(2), unix(7)).
import assert from "node:assert/strict";
import koffi from "koffi";
import { Descriptor } from "./descriptor.js";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const socketpair = libc.func("int socketpair(int domain, int type, int protocol, _Out_ int *ends)");
const sendmsg = libc.func("intptr_t sendmsg(int fd, const void *message, int flags)");
const recvmsg = libc.func("intptr_t recvmsg(int fd, void *message, int flags)");

// include/linux/socket.h, include/linux/net.h
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** More than anybody here sends at once. */
const MOST_BYTES = 16;
const MOST_DESCRIPTORS = 4;

/**
 * A message as the kernel reads and writes it: by offset, a struct msghdr, its struct iovec, the bytes, and a struct cmsghdr with
 * descriptors (include/linux/socket.h, include/uapi/linux/uio.h). 64 bytes and more lie outside V8's heap and do not move.
 */
class MessageBuffer {
  static readonly #piece = 56;
  static readonly #bytes = 72;
  static readonly #control = MessageBuffer.#bytes + MOST_BYTES;
  static readonly #descriptors = MessageBuffer.#control + 16;
  static readonly #end = MessageBuffer.#descriptors + 4 * MOST_DESCRIPTORS;
  readonly view = new DataView(new ArrayBuffer(MessageBuffer.#end));
  readonly bytes = new Uint8Array(this.view.buffer, MessageBuffer.#bytes, MOST_BYTES);

  constructor() {
    const address = koffi.address(this.view);
    this.view.setBigUint64(16, address + BigInt(MessageBuffer.#piece), true);
    this.view.setBigUint64(24, 1n, true);
    this.view.setBigUint64(32, address + BigInt(MessageBuffer.#control), true);
    this.view.setBigUint64(MessageBuffer.#piece, address + BigInt(MessageBuffer.#bytes), true);
  }

  fill(bytes: Uint8Array, descriptors: readonly number[]): void {
    assert.ok(bytes.length <= MOST_BYTES && descriptors.length <= MOST_DESCRIPTORS);
    this.bytes.set(bytes);
    this.view.setBigUint64(MessageBuffer.#piece + 8, BigInt(bytes.length), true);
    const control = descriptors.length === 0 ? 0 : 16 + 4 * descriptors.length;
    this.view.setBigUint64(40, BigInt(control), true);
    this.view.setBigUint64(MessageBuffer.#control, BigInt(control), true);
    this.view.setInt32(MessageBuffer.#control + 8, SOL_SOCKET, true);
    this.view.setInt32(MessageBuffer.#control + 12, SCM_RIGHTS, true);
    for (const [i, descriptor] of descriptors.entries())
      this.view.setInt32(MessageBuffer.#descriptors + 4 * i, descriptor, true);
  }

  /** Makes room for as much as fits. */
  clear(): void {
    this.view.setBigUint64(MessageBuffer.#piece + 8, BigInt(MOST_BYTES), true);
    this.view.setBigUint64(40, BigInt(MessageBuffer.#end - MessageBuffer.#control), true);
    this.view.setBigUint64(MessageBuffer.#control, 0n, true);
  }

  descriptors(): Descriptor[] {
    const control = Number(this.view.getBigUint64(MessageBuffer.#control, true));
    const count = Math.max(0, Math.floor((control - 16) / 4));
    return Array.from(
      { length: count },
      (_, i) => new Descriptor(this.view.getInt32(MessageBuffer.#descriptors + 4 * i, true)),
    );
  }
}

/** Filled and used within one call each. */
const outgoing = new MessageBuffer();
const incoming = new MessageBuffer();

/** Two connected sockets that keep messages apart. No other program inherits them. */
export function socketPair(): [Descriptor, Descriptor] {
  const ends = [0, 0];
  check("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), (errno) =>
    errno === "EMFILE" || errno === "ENFILE" ? "allow more open files (ulimit -n)" : undefined,
  );
  return [new Descriptor(ends[0]!), new Descriptor(ends[1]!)];
}

/** The last: a user's descriptors on their way are bounded, too. */
const FULL = ["EAGAIN", "ENOBUFS", "ENOMEM", "ETOOMANYREFS"];

/** What became of a message: it is on its way, this host has no room for it now, or nobody is left to receive it. */
export type Sent = "sent" | "full" | "gone";

/**
 * Sends a message, 1 to 16 bytes, with copies of up to 4 descriptors.
 *
 * @param mayWait for room in the socket
 * @throws SystemCallError
 */
export function send(
  socket: Descriptor,
  bytes: Uint8Array,
  descriptors: readonly number[],
  mayWait: boolean,
): Sent {
  outgoing.fill(bytes, descriptors);
  // Safe: all that the message points to lies in `outgoing`.
  while (sendmsg(socket.fd, outgoing.view, MSG_NOSIGNAL | (mayWait ? 0 : MSG_DONTWAIT)) === -1) {
    const errno = lastErrno();
    if (errno === "EPIPE" || errno === "ECONNRESET") return "gone";
    if (FULL.includes(errno)) return "full";
    if (errno !== "EINTR") throw new SystemCallError("sendmsg", errno);
  }
  return "sent";
}

export interface Message {
  /** A copy. */
  readonly bytes: Uint8Array;
  /** Whoever receives them owns them. */
  readonly descriptors: readonly Descriptor[];
}

/**
 * Takes the next message.
 *
 * @param mayWait without a limit; otherwise the answer may be "none"
 * @returns "gone" when there will be no other
 * @throws SystemCallError
 */
export function receive(socket: Descriptor, mayWait: boolean): Message | "none" | "gone" {
  for (;;) {
    incoming.clear();
    // Safe: the kernel writes no more than `clear` left room for, all of it in `incoming`.
    const length: number = recvmsg(socket.fd, incoming.view, MSG_CMSG_CLOEXEC | (mayWait ? 0 : MSG_DONTWAIT));
    if (length === 0) return "gone";
    if (length > 0) return { bytes: incoming.bytes.slice(0, length), descriptors: incoming.descriptors() };
    const errno = lastErrno();
    if (errno === "ECONNRESET") return "gone";
    if (errno === "EAGAIN") return "none";
    if (errno !== "EINTR") throw new SystemCallError("recvmsg", errno);
  }
}
