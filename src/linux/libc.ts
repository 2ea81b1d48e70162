// libc.ts: the C library, opened once, and the check that turns -1 into a typed error. Only src/linux may import this.
import { constants } from "node:os";
import koffi from "koffi";
import { SystemCallError } from "./system-call-error.js";

/** glibc. Every declaration in this folder is a function of it, named as in its manual page. */
export const libc = koffi.load("libc.so.6");

const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
// Numbers with two names, and some that Node does not know (include/uapi/asm-generic/errno.h).
errnoNames.set(constants.errno.EAGAIN, "EAGAIN");
errnoNames.set(constants.errno.EOPNOTSUPP, "EOPNOTSUPP");
errnoNames.set(64, "ENONET");
errnoNames.set(77, "EBADFD");
errnoNames.set(109, "ETOOMANYREFS");
errnoNames.set(112, "EHOSTDOWN");

/** The name of the last call's errno: "ENOENT". Must be asked before the next call of any kind. */
export function lastErrno(): string {
  const number = koffi.errno();
  return errnoNames.get(number) ?? `errno ${number}`;
}

/**
 * Passes a result on, or throws when it is -1.
 *
 * @param call the system call's name, with what it was for: "ioctl KVM_CREATE_VM"
 * @param hint what the user can do about the usual cause
 */
export function check<T extends number>(
  call: string,
  result: T,
  hint?: (errno: string) => string | undefined,
): T {
  if (result !== -1) return result;
  const errno = lastErrno();
  throw new SystemCallError(call, errno, hint?.(errno));
}
