// memfd.ts: memory with a descriptor, so that two processes can map it (memfd_create(2), fallocate(2)).
import { writeSync } from "node:fs";
import { Descriptor } from "./descriptor.js";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const memfdCreate = libc.func("int memfd_create(const char *name, unsigned int flags)");
const ftruncate = libc.func("int ftruncate(int fd, int64_t length)");
const fcntl = libc.func("int fcntl(int fd, int cmd, int argument)");
const lseek = libc.func("int64_t lseek(int fd, int64_t offset, int whence)");
const fallocate = libc.func("int fallocate(int fd, int mode, int64_t offset, int64_t length)");

// include/uapi/linux/memfd.h
const MFD_CLOEXEC = 0x1;
const MFD_ALLOW_SEALING = 0x2;
// include/uapi/linux/fcntl.h
const F_ADD_SEALS = 1033;
const F_SEAL_SEAL = 0x1;
const F_SEAL_SHRINK = 0x2;
const F_SEAL_GROW = 0x4;
const F_SEAL_WRITE = 0x8;
const FIXED_SIZE = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;
// include/uapi/linux/fs.h
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
// include/uapi/linux/falloc.h
const FALLOC_FL_KEEP_SIZE = 0x1;
const FALLOC_FL_PUNCH_HOLE = 0x2;

/** Zeroed memory of a fixed size: nobody who gets the descriptor can shrink it under a mapping. Pages come on first touch. */
export function createMemory(name: string, bytes: number): Descriptor {
  return create(name, bytes, () => FIXED_SIZE);
}

/** Memory that holds these pieces, and zeros in between, for ever: nobody can write it, by whatever descriptor or mapping. */
export function createSealedMemory(
  name: string,
  bytes: number,
  pieces: readonly { readonly start: number; readonly bytes: Uint8Array }[],
): Descriptor {
  return create(name, bytes, ({ fd }) => {
    for (const piece of pieces)
      for (let done = 0; done < piece.bytes.length; )
        done += writeSync(fd, piece.bytes, done, piece.bytes.length - done, piece.start + done);
    return FIXED_SIZE | F_SEAL_WRITE;
  });
}

/** @param fill returns the seals that the memory gets then */
function create(name: string, bytes: number, fill: (memory: Descriptor) => number): Descriptor {
  const memory = new Descriptor(
    check("memfd_create", memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), memoryHint),
  );
  try {
    check(`ftruncate to ${bytes} bytes`, ftruncate(memory.fd, bytes), memoryHint);
    check("fcntl F_ADD_SEALS", fcntl(memory.fd, F_ADD_SEALS, fill(memory)));
    return memory;
  } catch (error) {
    memory.close();
    throw error;
  }
}

/** Drops the pages of a range, in every mapping of them: they read as zeros afterwards. */
export function emptyMemory(memory: Descriptor, start: number, bytes: number): void {
  check("fallocate", fallocate(memory.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, bytes));
}

/**
 * Calls `visit` with every run of pages that were ever touched, by whatever mapping, ascending. Pages that were swapped out are
 * among them, other than for mincore(2), which also takes milliseconds where this takes microseconds.
 *
 * @param within where to look: ascending, disjoint
 */
export function visitTouchedMemory(
  memory: Descriptor,
  within: readonly { readonly start: number; readonly end: number }[],
  visit: (start: number, end: number) => void,
): void {
  // The last run found: it may lie behind a range, and reach over several. Where it ends is asked for only when that matters.
  let start = 0;
  let end = 0;
  for (const range of within) {
    for (let at = range.start; at < range.end; at = end) {
      if (at >= Math.max(start, end)) {
        start = lseek(memory.fd, at, SEEK_DATA);
        if (start === -1) {
          const errno = lastErrno();
          if (errno === "ENXIO") return; // no data from here on
          throw new SystemCallError("lseek SEEK_DATA", errno);
        }
      }
      if (start >= range.end) break;
      if (end <= start) end = check("lseek SEEK_HOLE", lseek(memory.fd, start, SEEK_HOLE));
      visit(Math.max(at, start), Math.min(end, range.end));
    }
  }
}

function memoryHint(errno: string): string | undefined {
  if (errno === "ENOMEM" || errno === "EFBIG") return "free some memory, or ask for less";
  if (errno === "EMFILE" || errno === "ENFILE") return "allow more open files (ulimit -n)";
  return undefined;
}
