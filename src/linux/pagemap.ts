// pagemap.ts: which pages of a mapping of this process hold anything, by /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst).
import koffi from "koffi";
import { struct, u64 } from "../abi/struct.js";
import { type Descriptor, O_RDONLY, open } from "./descriptor.js";
import { iowr, tryIoctlBuffer } from "./ioctl.js";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const pread = libc.func("intptr_t pread(int fd, void *buffer, size_t count, int64_t offset)");

/** include/uapi/linux/fs.h */
const PmScanArg = struct(
  "pm_scan_arg",
  {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64 /* out: where the scan stopped */,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
  },
  { size: 96 },
);
const PageRegion = struct("page_region", { start: u64, end: u64, categories: u64 }, { size: 24 });
const PAGEMAP_SCAN = iowr("f".charCodeAt(0), 16, PmScanArg.size);
const PAGE_IS_PRESENT = 1n << 3n;
const PAGE_IS_SWAPPED = 1n << 4n;
const PAGE_IS_PFNZERO = 1n << 5n;

/** Of a page's entry in /proc/self/pagemap, in its highest byte: bit 63 present, bit 62 swapped. */
const ENTRY_BYTES = 8;
const IN_USE = 0xc0;

const PAGE_SIZE = 4096;
const REGIONS_AT_ONCE = 128;
const PAGES_AT_ONCE = 8192;

/** How to ask: one call that skips what was never touched (Linux 6.7 and later), or eight bytes read for each page. */
export type PageMapMethod = "scan" | "read";

/**
 * Unlike mincore(2), it also sees pages that were swapped out, and takes no notice of whether the page cache has them. Pages
 * that were only read before anybody wrote are the kernel's page of zeros: `scan` leaves them out, `read` cannot tell.
 */
export class PageMap implements Disposable {
  #descriptor: Descriptor | undefined;
  #method: PageMapMethod;
  readonly #argument = new Uint8Array(PmScanArg.size);
  readonly #view = new DataView(this.#argument.buffer);
  readonly #regions = new Uint8Array(REGIONS_AT_ONCE * PageRegion.size);
  readonly #regionsView = new DataView(this.#regions.buffer);
  /** What `read` reads into: made once, because memory made for each question would be touched, and change what is asked about faults. */
  #entries: Uint8Array | undefined;

  constructor(method: PageMapMethod = "scan") {
    this.#method = method;
    PmScanArg.write(this.#argument, {
      size: BigInt(PmScanArg.size),
      // Safe: an array of this size lives outside V8's heap and does not move while this object keeps it.
      vec: koffi.address(this.#regions),
      vec_len: BigInt(REGIONS_AT_ONCE),
      category_inverted: PAGE_IS_PFNZERO,
      category_mask: PAGE_IS_PFNZERO,
      category_anyof_mask: PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
      // Nothing: regions of different categories need not be told apart.
      return_mask: 0n,
    });
  }

  /**
   * Calls `visit` with every run of pages of a private anonymous mapping that may hold anything but zeros, ascending, as offsets
   * from `address`, which is the start of a page. Runs may touch one another.
   */
  visitTouched(address: bigint, length: number, visit: (start: number, end: number) => void): void {
    this.#descriptor ??= open("/proc/self/pagemap", O_RDONLY);
    if (this.#method === "scan" && this.#scan(this.#descriptor.fd, address, length, visit)) return;
    this.#method = "read";
    this.#entries ??= new Uint8Array(PAGES_AT_ONCE * ENTRY_BYTES);
    readEntries(this.#descriptor.fd, this.#entries, { address, length }, visit);
  }

  close(): void {
    this.#descriptor?.close();
    this.#descriptor = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** False when this kernel has no such call. */
  #scan(fd: number, address: bigint, length: number, visit: (start: number, end: number) => void): boolean {
    const base = Number(address);
    const end = base + length;
    this.#view.setBigUint64(PmScanArg.offset.end, BigInt(end), true);
    let from = base;
    while (from < end) {
      this.#view.setBigUint64(PmScanArg.offset.start, BigInt(from), true);
      const found = tryIoctlBuffer(fd, PAGEMAP_SCAN, this.#argument);
      if (found === -1) {
        const errno = lastErrno();
        if (errno === "EINTR") continue;
        if (errno === "ENOTTY") return false;
        throw new SystemCallError("ioctl PAGEMAP_SCAN", errno);
      }
      for (let i = 0; i < found; i++) {
        const at = i * PageRegion.size;
        const start = addressAt(this.#regionsView, at + PageRegion.offset.start);
        visit(start - base, addressAt(this.#regionsView, at + PageRegion.offset.end) - base);
      }
      from = addressAt(this.#view, PmScanArg.offset.walk_end);
    }
    return true;
  }
}

/** A number holds every address that a process can have, and takes a tenth of a BigInt's time: a reset reads dozens. */
function addressAt(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
}

function readEntries(
  fd: number,
  entries: Uint8Array,
  { address, length }: { readonly address: bigint; readonly length: number },
  visit: (start: number, end: number) => void,
): void {
  const firstPage = Number(address / BigInt(PAGE_SIZE));
  const pages = length / PAGE_SIZE;
  let start = -1;
  for (let page = 0; page < pages; page += PAGES_AT_ONCE) {
    const count = Math.min(PAGES_AT_ONCE, pages - page);
    // Safe: the buffer has an entry's room for each page asked for.
    const moved = check(
      "pread /proc/self/pagemap",
      pread(fd, entries, count * ENTRY_BYTES, (firstPage + page) * ENTRY_BYTES),
    );
    if (moved !== count * ENTRY_BYTES) throw new SystemCallError("pread /proc/self/pagemap", "EIO");
    for (let i = 0; i < count; i++) {
      const inUse = (entries[i * ENTRY_BYTES + ENTRY_BYTES - 1]! & IN_USE) !== 0;
      if (inUse && start === -1) start = page + i;
      if (inUse || start === -1) continue;
      visit(start * PAGE_SIZE, (page + i) * PAGE_SIZE);
      start = -1;
    }
  }
  if (start !== -1) visit(start * PAGE_SIZE, length);
}
