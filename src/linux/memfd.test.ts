// memfd.test.ts: which pages of a memfd were touched, asked for part of it, against a list of those that were.
import assert from "node:assert/strict";
import { ftruncateSync, writeSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { mapReadOnly, mapShared } from "./mapping.js";
import { createMemory, createSealedMemory, emptyMemory, visitTouchedMemory } from "./memfd.js";

const PAGE = 4096;
const PAGES = 64;

test("touched pages are told of for whatever ranges one asks", () => {
  const bounds = fc.uniqueArray(fc.nat(PAGES), { maxLength: 16 }).map((some) => some.sort((a, b) => a - b));
  const run = fc.tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: 12 }));
  const touched = fc.array(run, { maxLength: 8 }).map((runs) => {
    const pages = runs.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
    return [...new Set(pages)].filter((page) => page < PAGES);
  });
  fc.assert(
    fc.property(bounds, touched, (edges, pages) => {
      using memory = createMemory("mayfly-test", PAGES * PAGE);
      using mapping = mapShared(memory.fd, PAGES * PAGE, "a test's memory");
      for (const page of pages) mapping.bytes[page * PAGE + 7] = 1;
      const within = Array.from({ length: edges.length >> 1 }, (_, i) => ({
        start: edges[2 * i]! * PAGE,
        end: edges[2 * i + 1]! * PAGE,
      }));
      const told: number[] = [];
      visitTouchedMemory(memory, within, (start, end) => {
        for (let at = start; at < end; at += PAGE) told.push(at / PAGE);
      });
      const asked = (page: number) =>
        within.some(({ start, end }) => page * PAGE >= start && page * PAGE < end);
      assert.deepEqual(told, [...pages].sort((a, b) => a - b).filter(asked));
    }),
    { numRuns: 200 },
  );
});

test("sealed memory holds its pieces, and nobody can change it", () => {
  const piece = Buffer.from("text that stays");
  using memory = createSealedMemory("mayfly-test", 4 * PAGE, [{ start: PAGE + 8, bytes: piece }]);
  using mapping = mapReadOnly(memory.fd, 4 * PAGE, "a test's memory");
  const expected = Buffer.alloc(4 * PAGE);
  expected.set(piece, PAGE + 8);
  const check = (): void => assert.ok(expected.equals(mapping.bytes));
  check();
  assert.throws(() => writeSync(memory.fd, piece, 0, piece.length, 0), { code: "EPERM" });
  for (const bytes of [0, 8 * PAGE]) assert.throws(() => ftruncateSync(memory.fd, bytes), { code: "EPERM" });
  assert.throws(() => mapShared(memory.fd, 4 * PAGE, "a test's memory, to write"), /EPERM/);
  assert.throws(() => emptyMemory(memory, 0, 4 * PAGE), /EPERM/);
  check();
});
