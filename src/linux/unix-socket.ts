// unix-socket.ts: a pair of connected sockets between two processes, over which descriptors go (socketpair(2), unix(7)).
import koffi from "koffi";
import { Descriptor } from "./descriptor.js";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const socketpair = libc.func("int socketpair(int domain, int type, int protocol, _Out_ int *ends)");
const sendmsg = libc.func("int64_t sendmsg(int fd, const void *message, int flags)");
const recv = libc.func("int64_t recv(int fd, void *into, size_t length, int flags)");

// include/linux/socket.h, include/linux/net.h
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;

/** More than anybody here sends at once. */
const MOST_DESCRIPTORS = 8;

/**
 * What sendmsg reads, by offset: a struct msghdr, its struct iovec, the one byte that this names, and a struct cmsghdr with descriptors
 * (include/linux/socket.h, include/uapi/linux/uio.h). 64 bytes and more lie outside V8's heap and do not move. One for all: filled and
 * used within one call.
 */
const at = { message: 0, piece: 56, byte: 72, control: 80, descriptors: 96 } as const;
const sent = new DataView(new ArrayBuffer(at.descriptors + 4 * MOST_DESCRIPTORS));
const address = koffi.address(sent);
sent.setBigUint64(at.message + 16, address + BigInt(at.piece), true);
sent.setBigUint64(at.message + 24, 1n, true);
sent.setBigUint64(at.message + 32, address + BigInt(at.control), true);
sent.setBigUint64(at.piece, address + BigInt(at.byte), true);
sent.setBigUint64(at.piece + 8, 1n, true);
sent.setInt32(at.control + 8, SOL_SOCKET, true);
sent.setInt32(at.control + 12, SCM_RIGHTS, true);

/** Two connected sockets that keep messages apart. Neither is inherited by other programs. */
export function socketPair(): [Descriptor, Descriptor] {
  const ends = [0, 0];
  check("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), (errno) =>
    errno === "EMFILE" || errno === "ENFILE" ? "allow more open files (ulimit -n)" : undefined,
  );
  return [new Descriptor(ends[0]!), new Descriptor(ends[1]!)];
}

/**
 * Sends a message of one byte with these descriptors, 1 to 8 of them.
 *
 * @returns whether somebody can still receive it
 */
export function sendDescriptors(socket: Descriptor, descriptors: readonly number[]): boolean {
  const bytes = at.descriptors - at.control + 4 * descriptors.length;
  sent.setBigUint64(at.message + 40, BigInt(bytes), true);
  sent.setBigUint64(at.control, BigInt(bytes), true);
  for (const [i, descriptor] of descriptors.entries())
    sent.setInt32(at.descriptors + 4 * i, descriptor, true);
  // Safe: all that the message points to lies in `sent`.
  while (sendmsg(socket.fd, sent, MSG_NOSIGNAL) === -1) {
    const errno = lastErrno();
    if (errno === "EPIPE" || errno === "ECONNRESET") return false;
    if (errno !== "EINTR") throw new SystemCallError("sendmsg", errno);
  }
  return true;
}

/**
 * Waits for a message, without a limit. What does not fit is lost.
 *
 * @returns its length; 0 when there will be no other
 */
export function receive(socket: Descriptor, into: Uint8Array): number {
  for (;;) {
    // Safe: the kernel writes no more than the length.
    const length: number = recv(socket.fd, into, into.length, 0);
    if (length !== -1) return length;
    const errno = lastErrno();
    if (errno === "ECONNRESET") return 0;
    if (errno !== "EINTR") throw new SystemCallError("recv", errno);
  }
}
