// page-ranges.test.ts: what one list of ranges has without another, and in common with it, against a count page by page.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { intersectRanges, type PageRange, subtractRanges } from "./page-ranges.js";

const range = (start: number, end: number): PageRange => ({ start, end });

test("what nothing covers stays whole", () => {
  assert.deepEqual(subtractRanges([range(1, 3), range(5, 9)], []), [range(1, 3), range(5, 9)]);
});

test("a cover cuts a range into the parts around it", () => {
  assert.deepEqual(subtractRanges([range(0, 10)], [range(2, 3), range(5, 8)]), [
    range(0, 2),
    range(3, 5),
    range(8, 10),
  ]);
});

test("one cover reaches over several ranges", () => {
  assert.deepEqual(subtractRanges([range(0, 4), range(6, 8), range(9, 12)], [range(2, 10)]), [
    range(0, 2),
    range(10, 12),
  ]);
});

test("difference and intersection of two lists are those of their pages", () => {
  const list = fc.uniqueArray(fc.nat(40), { maxLength: 12 }).map((bounds) => {
    const sorted = [...bounds].sort((a, b) => a - b);
    return Array.from({ length: sorted.length >> 1 }, (_, i) => range(sorted[2 * i]!, sorted[2 * i + 1]!));
  });
  const pages = (ranges: readonly PageRange[]): number[] =>
    ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
  fc.assert(
    fc.property(list, list, (ranges, taken) => {
      const covered = new Set(pages(taken));
      assert.deepEqual(
        pages(subtractRanges(ranges, taken)),
        pages(ranges).filter((page) => !covered.has(page)),
      );
      assert.deepEqual(
        pages(intersectRanges(ranges, taken)),
        pages(ranges).filter((page) => covered.has(page)),
      );
    }),
  );
});
