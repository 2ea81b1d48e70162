// memory-snapshot.ts: guest memory kept aside, and put back byte for byte: what was written by copy, what grew by zeros.
import { type AddressSpace, type Constant, PAGE_SIZE } from "../machine/address-space.js";
import type { Machine } from "../machine/machine.js";
import { intersectRanges, type PageRange, subtractRanges } from "../machine/page-ranges.js";

/** Zero pages between two others are kept, too, up to this many: copying them is cheaper than a copy more. */
const JOINED_PAGES = 4;
/**
 * Memory that grew behind the snapshot is zeroed up to this much and dropped beyond. Zeroing 1 MiB takes 12 µs; dropping it and
 * touching it again takes milliseconds on the slowest KVM measured. An idle VM keeps no more than this.
 */
export const KEPT_BYTES = 1 << 20;

const ZEROS = Buffer.alloc(64 * 1024);

/** A run of pages with what they hold; zeros follow up to its end. */
type Piece = Constant;

/** All of a guest's memory at one moment. Pages of zeros take no room. */
export class MemorySnapshot {
  /** Bytes of its pages. */
  readonly bytes: number;
  /** Bytes of them that `restore` copies. */
  readonly restoredBytes: number;
  /** Ascending. */
  readonly #pieces: readonly Piece[];
  /** Those that can have changed: all but what the guest may only read, and what the machine sees to. */
  readonly #changing: readonly Piece[];
  /** Where zeros belong, and the guest can write something else: nobody else does. Ascending. */
  readonly #zeros: readonly PageRange[];
  /** What the machine itself brings along. */
  readonly #constants: readonly Constant[];

  private constructor(
    changing: readonly Piece[],
    constant: readonly Piece[],
    { regions, constants = [] }: AddressSpace,
  ) {
    this.#constants = constants;
    this.#changing = changing;
    this.#pieces = ascending([...changing, ...constant]);
    const writable = regions.filter(({ permissions }) => permissions === "rw");
    this.#zeros = subtractRanges(writable, changing);
    this.bytes = lengthOf(this.#pieces);
    this.restoredBytes = lengthOf(changing);
  }

  /**
   * Copies what a machine holds, and drops its pages that hold nothing: what it touches from now on is growth.
   *
   * @param contents what pages that the guest can only read are known to hold: where they do, no copy is made
   */
  static take(machine: Machine, space: AddressSpace, contents: readonly Constant[]): MemorySnapshot {
    machine.trackPages();
    const { bytes } = machine.memory;
    const readOnly = space.regions.filter(({ permissions }) => permissions !== "rw");
    const fixed = ascending<PageRange>([...machine.ownPages, ...readOnly]);
    const { constants = [] } = space;
    const touched = subtractRanges(machine.touchedRanges(), constants);
    const writable = subtractRanges(touched, fixed);
    const changing = copyPieces(bytes, writable);
    const known = contents.filter((each) => holds(bytes.subarray(each.start, each.end), each.bytes));
    const rest = subtractRanges(subtractRanges(touched, writable), known);
    const constant = [...known, ...copyPieces(bytes, rest)];
    for (const { start, end } of subtractRanges(writable, changing)) machine.dropPages(start, end);
    return new MemorySnapshot(changing, constant, space);
  }

  /** Fills the memory of a new machine of the same AddressSpace. */
  load(machine: Machine): void {
    machine.trackPages();
    for (const { start, end, bytes } of this.#pieces) {
      machine.populatePages(start, end);
      machine.memory.bytes.set(bytes, start);
    }
  }

  /** Puts a machine's memory back. */
  restore(machine: Machine): void {
    const memory = machine.memory.bytes;
    for (const { start, bytes } of this.#changing) memory.set(bytes, start);
    let mayKeep = KEPT_BYTES;
    for (const { start, end } of intersectRanges(machine.touchedRanges(this.#zeros), this.#zeros)) {
      const keptEnd = Math.min(end, start + mayKeep);
      if (keptEnd > start) memory.fill(0, start, keptEnd);
      if (keptEnd < end) machine.dropPages(keptEnd, end);
      mayKeep -= keptEnd - start;
    }
  }

  /**
   * Compares all of a machine's memory, trusting no list of what was touched. Slow, and drops the pages that it had to touch for it.
   *
   * @throws Error at the first byte that differs: a bug of Mayfly's
   */
  verify(machine: Machine): void {
    const memory = machine.memory.bytes;
    for (const { start, end, bytes } of this.#pieces) {
      const found = memory.subarray(start, end);
      if (!holds(found, bytes)) throw leftBehind(start, found, Buffer.concat([bytes], end - start));
    }
    for (const { start, bytes } of this.#constants) {
      const found = machine.memory.readable(start, bytes.length, "a constant");
      if (Buffer.compare(found, bytes) !== 0) throw leftBehind(start, found, bytes);
    }
    const known = ascending<PageRange>([...this.#pieces, ...this.#constants]);
    for (const { start, end } of subtractRanges([{ start: 0, end: machine.memory.size }], known)) {
      for (let at = start; at < end; at += ZEROS.length) {
        const found = memory.subarray(at, Math.min(at + ZEROS.length, end));
        const zeros = ZEROS.subarray(0, found.length);
        if (Buffer.compare(found, zeros) !== 0) throw leftBehind(at, found, zeros);
      }
      machine.dropPages(start, end);
    }
  }
}

/** Whether pages hold these bytes, and zeros behind them. */
function holds(pages: Uint8Array, bytes: Uint8Array): boolean {
  const rest = pages.subarray(bytes.length);
  return (
    Buffer.compare(pages.subarray(0, bytes.length), bytes) === 0 &&
    Buffer.compare(rest, ZEROS.subarray(0, rest.length)) === 0
  );
}

/** Copies of the pages that are not all zeros, neighbors joined. */
function copyPieces(memory: Uint8Array, ranges: readonly PageRange[]): Piece[] {
  const runs: { start: number; end: number }[] = [];
  const zeros = ZEROS.subarray(0, PAGE_SIZE);
  for (const range of ranges) {
    let last: { start: number; end: number } | undefined;
    for (let page = range.start; page < range.end; page += PAGE_SIZE) {
      const end = page + PAGE_SIZE;
      if (Buffer.compare(memory.subarray(page, end), zeros) === 0) continue;
      if (last !== undefined && page - last.end <= JOINED_PAGES * PAGE_SIZE) {
        last.end = end;
        continue;
      }
      last = { start: page, end };
      runs.push(last);
    }
  }
  return runs.map(({ start, end }) => ({ start, end, bytes: memory.slice(start, end) }));
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { start, end }) => sum + end - start, 0);
}

function ascending<T extends PageRange>(ranges: T[]): T[] {
  return ranges.sort((a, b) => a.start - b.start);
}

function leftBehind(start: number, found: Uint8Array, expected: Uint8Array): Error {
  const at = expected.findIndex((byte, i) => byte !== found[i]);
  const hex = (byte: number | undefined): string => `0x${(byte ?? 0).toString(16)}`;
  return new Error(
    `reset: guest memory at ${hex(start + at)}: got ${hex(found[at])}, expected ${hex(expected[at])}`,
  );
}
