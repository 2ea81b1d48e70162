// vessel-layout.test.ts: constants are shared, but for the one page in which a vessel ends and its guest begins.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MayflyError } from "../../errors.js";
import type { AddressSpace, Region } from "../address-space.js";
import { VESSEL_MAX_REGIONS } from "./plan.js";
import { vesselLayout } from "./vessel-layout.js";

const PAGE = 4096;
const TEXT: Region = { start: 0x10_0000, end: 0x20_0000, permissions: "rx" };
const DATA: Region = { start: 0x20_0000, end: 0x40_0000, permissions: "rw" };

const layoutOf = (regions: readonly Region[], constants: readonly Region[]) =>
  vesselLayout({
    memoryBytes: 0x40_0000,
    regions,
    constants: constants.map(({ start, end }) => ({ start, end, bytes: new Uint8Array(1) })),
  } satisfies AddressSpace);

test("without constants everything is the machine's own", () => {
  const { parts, handOver } = layoutOf([TEXT, DATA], []);
  assert.equal(handOver, TEXT.start);
  assert.deepEqual(
    parts,
    [TEXT, DATA].map((region) => ({ ...region, isConstant: false })),
  );
});

test("text that all machines share leaves its first page to each", () => {
  const { parts } = layoutOf([TEXT, DATA], [TEXT]);
  assert.deepEqual(parts, [
    { ...TEXT, end: TEXT.start + PAGE, isConstant: false },
    { ...TEXT, start: TEXT.start + PAGE, isConstant: true },
    { ...DATA, isConstant: false },
  ]);
  const page = { ...TEXT, end: TEXT.start + PAGE };
  assert.deepEqual(layoutOf([page, DATA], [page]).parts[0], { ...page, isConstant: false });
});

test("constants in which no vessel ends are shared whole", () => {
  const first: Region = { start: 0x8_0000, end: 0x8_1000, permissions: "rx" };
  const { parts, handOver } = layoutOf([first, TEXT, DATA], [TEXT]);
  assert.equal(handOver, first.start);
  assert.deepEqual(parts[1], { ...TEXT, isConstant: true });
});

test("a guest without text, or with more parts than a plan holds, is refused", () => {
  assert.throws(() => layoutOf([DATA], []), MayflyError);
  const pages = Array.from(
    { length: VESSEL_MAX_REGIONS },
    (_, i): Region => ({ start: i * 3 * PAGE, end: (i * 3 + 2) * PAGE, permissions: "rx" }),
  );
  assert.equal(layoutOf(pages, []).parts.length, VESSEL_MAX_REGIONS);
  assert.throws(() => layoutOf(pages, pages.slice(0, 1)), /got 169 regions/);
});
