// segments.ts: which bytes go where in guest memory: PT_LOAD headers, checked. No I/O.
import { HVT_GUEST_MIN_BASE } from "../abi/hypercalls.js";
import { PAGE_SIZE, type Permissions, pageDown, pageUp, type Region } from "../machine/address-space.js";
import { fileBytesOf, PF_R, PF_W, PF_X, type ProgramHeader, PT_LOAD } from "./elf.js";
import { hex, type ImageFile, invalid } from "./image-file.js";

/** Hypercalls carry 32-bit addresses, so no image may lie above 4 GiB. */
export const GUEST_ADDRESS_LIMIT = 2 ** 32;

/** A part of the image in guest memory: bytes of the file, then zeros. */
export interface Segment {
  /** Guest-physical address of its first byte. */
  readonly address: number;
  /** A view of the file; shorter than `memoryBytes` where the rest is zeros. */
  readonly fileBytes: Uint8Array;
  readonly memoryBytes: number;
  /** As the file says it: "r-x", "--x", "rw-". */
  readonly flags: string;
  /** As the guest gets it. Execute-only text is readable too: page tables know no less. */
  readonly permissions: Permissions;
}

/** The segments in ascending order, without overlap, each in range. A PT_LOAD that takes no memory is none. */
export function readSegments(file: ImageFile, headers: readonly ProgramHeader[]): Segment[] {
  const segments: Segment[] = [];
  for (const header of headers) {
    if (header.p_type !== PT_LOAD || (header.p_memsz === 0n && header.p_filesz === 0n)) continue;
    const segment = readSegment(file, header);
    checkNeighbors(file, header.index, segments.at(-1), segment);
    segments.push(segment);
  }
  if (segments.length === 0) throw invalid(file, "e_phnum", "no PT_LOAD with memory", "at least one");
  return segments;
}

function readSegment(file: ImageFile, header: ProgramHeader): Segment {
  const { p_align, p_filesz, p_memsz, p_offset, p_vaddr } = header;
  const field = (name: keyof ProgramHeader) => `phdr[${header.index}].${name}`;
  if (p_memsz < p_filesz) throw invalid(file, field("p_memsz"), p_memsz, `at least p_filesz, ${p_filesz}`);
  if (p_vaddr < HVT_GUEST_MIN_BASE || p_vaddr >= GUEST_ADDRESS_LIMIT) {
    const expected = `${hex(HVT_GUEST_MIN_BASE)} or more, below ${hex(GUEST_ADDRESS_LIMIT)}`;
    throw invalid(file, field("p_vaddr"), hex(p_vaddr), expected);
  }
  const room = BigInt(GUEST_ADDRESS_LIMIT) - p_vaddr;
  if (p_memsz > room) {
    throw invalid(file, field("p_memsz"), p_memsz, `at most ${room}, to end at ${hex(GUEST_ADDRESS_LIMIT)}`);
  }
  if (p_align === 0n || (p_align & (p_align - 1n)) !== 0n) {
    throw invalid(file, field("p_align"), hex(p_align), "a power of two");
  }
  // Where nothing comes from the file, the offset has no meaning and linkers write what they like.
  if (p_filesz > 0n && (p_vaddr - p_offset) % p_align !== 0n) {
    const expected = `the remainder of p_vaddr ${hex(p_vaddr)} by p_align ${hex(p_align)}`;
    throw invalid(file, field("p_offset"), hex(p_offset), expected);
  }
  return {
    address: Number(p_vaddr),
    fileBytes: p_filesz === 0n ? file.bytes.subarray(0, 0) : fileBytesOf(file, header),
    memoryBytes: Number(p_memsz),
    flags: flagsText(header.p_flags),
    permissions: permissionsOf(file, header),
  };
}

function flagsText(flags: number): string {
  return (flags & PF_R ? "r" : "-") + (flags & PF_W ? "w" : "-") + (flags & PF_X ? "x" : "-");
}

function permissionsOf(file: ImageFile, { index, p_flags }: ProgramHeader): Permissions {
  const refuse = (expected: string) => invalid(file, `phdr[${index}].p_flags`, flagsText(p_flags), expected);
  if (p_flags & PF_W && p_flags & PF_X) throw refuse("not both writable and executable");
  if (p_flags & PF_X) return "rx";
  if (p_flags & PF_W) return "rw";
  if (p_flags & PF_R) return "r";
  throw refuse("readable, writable or executable");
}

/** Segments ascend and do not overlap; pages have one set of permissions, so they meet in one only if theirs agree. */
function checkNeighbors(file: ImageFile, index: number, below: Segment | undefined, segment: Segment): void {
  if (below === undefined) return;
  const field = `phdr[${index}].p_vaddr`;
  const got = hex(segment.address);
  if (segment.address < below.address) {
    throw invalid(file, field, got, `ascending order, after ${hex(below.address)}`);
  }
  const end = below.address + below.memoryBytes;
  if (segment.address < end) {
    throw invalid(file, field, got, `${hex(end)} or more, where the segment below ends`);
  }
  if (pageDown(segment.address) < pageUp(end) && segment.permissions !== below.permissions) {
    const expected = `${hex(pageUp(end))} or more: its ${PAGE_SIZE}-byte page belongs to a segment with other permissions`;
    throw invalid(file, field, got, expected);
  }
}

/** The pages that segments cover, joined where neighbors agree on permissions. */
export function regionsOf(segments: readonly Segment[]): Region[] {
  const regions: Region[] = [];
  for (const { address, memoryBytes, permissions } of segments) {
    const start = pageDown(address);
    const end = pageUp(address + memoryBytes);
    const below = regions.at(-1);
    if (below !== undefined && below.permissions === permissions && below.end >= start) {
      regions[regions.length - 1] = { ...below, end };
    } else {
      regions.push({ start, end, permissions });
    }
  }
  return regions;
}
