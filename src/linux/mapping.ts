// mapping.ts: memory mappings with one owner, which also drops the view (mmap(2), madvise(2), mincore(2)).
import koffi from "koffi";
import { lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const mmap = libc.func(
  "intptr_t mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)",
);
const munmap = libc.func("int munmap(uintptr_t addr, size_t length)");
const madvise = libc.func("int madvise(uintptr_t addr, size_t length, int advice)");
const mincore = libc.func("int mincore(uintptr_t addr, size_t length, void *vec)");

// include/uapi/asm-generic/mman-common.h
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MADV_DONTNEED = 4;
const MADV_HUGEPAGE = 14;
const MADV_NOHUGEPAGE = 15;
const MADV_DONTDUMP = 16;
const MADV_POPULATE_WRITE = 23;

const PAGE_SIZE = 4096;
const EMPTY = new Uint8Array(0);

/**
 * A mapping of this process. `bytes` stays valid until `close`; afterwards the owner's view is empty.
 * Whoever keeps a subarray must be done with it before `close`: the monitor awaits all I/O first.
 */
export class Mapping implements Disposable {
  readonly address: bigint;
  readonly length: number;
  #bytes: Uint8Array | undefined;

  constructor(address: bigint, length: number) {
    this.address = address;
    this.length = length;
    this.#bytes = new Uint8Array(koffi.view(address, length));
  }

  get bytes(): Uint8Array {
    return this.#bytes ?? EMPTY;
  }

  /**
   * Gives the pages of a range back to the kernel; they read as zeros afterwards (private anonymous memory).
   *
   * @throws SystemCallError when the kernel keeps them, as it does with locked memory (mlockall(2)): then they hold what they held
   */
  discard(start = 0, length = this.length): void {
    if (this.#advise(start, length, MADV_DONTNEED) === -1)
      throw new SystemCallError(`madvise MADV_DONTNEED of ${length} bytes`, lastErrno());
  }

  /** Has the pages of a range be there, at once instead of one by one as they are touched. A wish: Linux before 5.14 does not know it. */
  populate(start: number, length: number): void {
    this.#advise(start, length, MADV_POPULATE_WRITE);
  }

  /** Asks for 2 MiB pages in a range. A wish: the kernel may be built without them. */
  preferHugePages(start: number, length: number): void {
    this.#advise(start, length, MADV_HUGEPAGE);
  }

  /**
   * Takes the wish back, everywhere: memory touched from now on comes in pages of 4 KiB.
   *
   * @returns whether the kernel says so. It may lack the memory to tell this mapping from its neighbors
   */
  avoidHugePages(): boolean {
    // A kernel without huge pages does not know the advice.
    return this.#advise(0, this.length, MADV_NOHUGEPAGE) === 0 || lastErrno() === "EINVAL";
  }

  /** Keeps guest memory out of core dumps of this process. */
  excludeFromDumps(): void {
    this.#advise(0, this.length, MADV_DONTDUMP);
  }

  /** Bytes of this mapping that are in memory now. */
  residentBytes(): number {
    const pages = new Uint8Array(Math.ceil(this.length / 4096));
    // Safe: the vector has one byte for each page of the range.
    if (mincore(this.address, this.length, pages) === -1) return 0;
    let resident = 0;
    for (const page of pages) resident += page & 1;
    return resident * 4096;
  }

  close(): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    munmap(this.address, this.length);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #advise(start: number, length: number, advice: number): number {
    // Safe: the range is clipped to the mapping, and no advice used here changes what other mappings hold.
    const from = Math.min(Math.max(0, start), this.length);
    return madvise(this.address + BigInt(from), Math.min(length, this.length - from), advice);
  }
}

/**
 * Private zeroed memory; pages come on first touch and do not count against swap before.
 *
 * @param align a power of two of at least a page: the address is a multiple of it
 */
export function mapAnonymous(length: number, align = PAGE_SIZE): Mapping {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  const call = `mmap ${length} bytes`;
  if (align <= PAGE_SIZE) return new Mapping(map(length, flags, -1, call), length);
  const wide = map(length + align, flags, -1, call);
  const address = (wide + BigInt(align - 1)) & ~BigInt(align - 1);
  const before = Number(address - wide);
  // Safe: both ends belong to the mapping just made, and nobody knows them yet.
  if (before > 0) munmap(wide, before);
  if (align > before) munmap(address + BigInt(length), align - before);
  return new Mapping(address, length);
}

/** Memory shared with the kernel object behind a descriptor (a vCPU's kvm_run). */
export function mapShared(fd: number, length: number, what: string): Mapping {
  return new Mapping(map(length, MAP_SHARED, fd, `mmap ${what}`), length);
}

/**
 * Memory behind a descriptor, only to be read: a write by mistake ends the process. Private, because kernels before Linux 6.7 map nothing
 * shared that is sealed against writes; where nobody can write, that is the same pages.
 */
export function mapReadOnly(fd: number, length: number, what: string): Mapping {
  return new Mapping(map(length, MAP_PRIVATE, fd, `mmap ${what}`, PROT_READ), length);
}

function map(
  length: number,
  flags: number,
  fd: number,
  call: string,
  protection = PROT_READ | PROT_WRITE,
): bigint {
  // Safe: the kernel picks the address, so nothing that exists is replaced.
  const address = BigInt(mmap(null, length, protection, flags, fd, 0));
  if (address === -1n) {
    const errno = lastErrno();
    throw new SystemCallError(
      call,
      errno,
      errno === "ENOMEM" ? "free some memory, or ask for less" : undefined,
    );
  }
  return address;
}
