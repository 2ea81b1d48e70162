// file.ts: file I/O that does not wait for a disk, and the size of block devices (preadv2(2), ioctl_blk).
import koffi from "koffi";
import { ioctlBuffer, ior } from "./ioctl.js";
import { lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const preadv2 = libc.func("intptr_t preadv2(int fd, void *iov, int iovcnt, int64_t offset, int flags)");
const pwritev2 = libc.func("intptr_t pwritev2(int fd, void *iov, int iovcnt, int64_t offset, int flags)");

/** Fail with EAGAIN instead of waiting (include/uapi/linux/fs.h). */
export const RWF_NOWAIT = 8;
/** Capacity of a block device, u64 bytes (include/uapi/linux/fs.h). */
const BLKGETSIZE64 = ior(0x12, 114, 8);

/** The bytes are not at hand: the call would have waited. */
export const NOT_AT_HAND = -1;
/** The file system cannot tell whether it would wait. */
export const NOWAIT_UNSUPPORTED = -2;

/** Both names of each number: the C library has two for some. */
const WOULD_WAIT = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);
const UNSUPPORTED = new Set(["EOPNOTSUPP", "ENOTSUP", "ENOSYS"]);

/** struct iovec: address and length. One for the process: filled and used within one call. */
const iovec = new BigUint64Array(2);

/**
 * Reads at an offset.
 *
 * @param flags RWF_NOWAIT, or 0 where waiting cannot happen (tmpfs)
 * @returns bytes moved, 0 at the end of the file; or NOT_AT_HAND, or NOWAIT_UNSUPPORTED
 */
export function readAt(fd: number, into: Uint8Array, offset: number, flags: number): number {
  aim(into);
  return result("preadv2", preadv2(fd, iovec, 1, offset, flags));
}

/** Writes at an offset; otherwise as `readAt`. */
export function writeAt(fd: number, from: Uint8Array, offset: number, flags: number): number {
  aim(from);
  return result("pwritev2", pwritev2(fd, iovec, 1, offset, flags));
}

/** Capacity of a block device, bytes. */
export function blockDeviceBytes(fd: number): number {
  const size = new BigUint64Array(1);
  ioctlBuffer(fd, BLKGETSIZE64, new Uint8Array(size.buffer), "BLKGETSIZE64");
  return Number(size[0]);
}

/** Safe: the call that follows at once is synchronous, so the array can neither move nor be freed before it returns. */
function aim(bytes: Uint8Array): void {
  iovec[0] = koffi.address(bytes);
  iovec[1] = BigInt(bytes.length);
}

function result(call: string, moved: number): number {
  if (moved !== -1) return moved;
  const errno = lastErrno();
  if (WOULD_WAIT.has(errno)) return NOT_AT_HAND;
  if (UNSUPPORTED.has(errno)) return NOWAIT_UNSUPPORTED;
  throw new SystemCallError(call, errno);
}
