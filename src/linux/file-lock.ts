// file-lock.ts: locks on files and folders that end with the process that has them (flock(2)).
import { type Descriptor, O_RDONLY, open } from "./descriptor.js";
import { lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const flock = libc.func("int flock(int fd, int operation)");

/** <sys/file.h> */
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Locks a file or a folder for this process alone, if nobody has it.
 *
 * @returns the lock, which its descriptor's end gives back; undefined when another has it
 * @throws SystemCallError when the path cannot be opened
 */
export function tryLock(path: string): Descriptor | undefined {
  const descriptor = open(path, O_RDONLY);
  if (flock(descriptor.fd, LOCK_EX | LOCK_NB) === 0) return descriptor;
  const errno = lastErrno();
  descriptor.close();
  if (errno === "EAGAIN") return undefined;
  throw new SystemCallError(`flock ${path}`, errno);
}
