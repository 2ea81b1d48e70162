// touched-pages.test.ts: the kernel is asked which pages were touched when that may have changed, and not when it cannot.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mapAnonymous } from "../../linux/mapping.js";
import { PageMap, type PageMapMethod } from "../../linux/pagemap.js";
import { TouchedPages } from "./touched-pages.js";

const PAGE = 4096;
const MEMORY_BYTES = 64 * PAGE;
/** The thread has faults of its own now and then. */
const ATTEMPTS = 50;

class CountedPageMap extends PageMap {
  scans = 0;

  override visitTouched(...args: Parameters<PageMap["visitTouched"]>): void {
    this.scans++;
    super.visitTouched(...args);
  }
}

/** How often one of two questions in a row did without a scan. */
function savedScans(
  { isTracked, areCounted }: { isTracked: boolean; areCounted: boolean },
  method: PageMapMethod = "scan",
): number {
  using pageMap = new CountedPageMap(method);
  using memory = mapAnonymous(MEMORY_BYTES);
  assert.ok(memory.avoidHugePages());
  const touched = new TouchedPages(pageMap, memory, { areCounted });
  if (isTracked) touched.track();
  const within = [{ start: 0, end: MEMORY_BYTES }];
  for (let i = 0; i < ATTEMPTS; i++) {
    assert.deepEqual(touched.within(within), touched.within(within));
    touched.forget();
  }
  return 2 * ATTEMPTS - pageMap.scans;
}

for (const method of ["scan", "read"] as const)
  test(`${method}: a second question asks nobody while there was no fault`, () => {
    const saved = savedScans({ isTracked: true, areCounted: true }, method);
    assert.ok(saved > 0 && saved <= ATTEMPTS, `${saved} of ${ATTEMPTS}`);
  });

test("every question costs one where faults are not counted, and where huge pages may come", () => {
  assert.equal(savedScans({ isTracked: true, areCounted: false }), 0);
  assert.equal(savedScans({ isTracked: false, areCounted: true }), 0);
});

test("another range is another question", () => {
  using pageMap = new PageMap();
  using memory = mapAnonymous(MEMORY_BYTES);
  assert.ok(memory.avoidHugePages());
  const touched = new TouchedPages(pageMap, memory, { areCounted: true });
  touched.track();
  for (const page of [3, 40]) memory.bytes[page * PAGE] = 1;
  const pageOf = (page: number) => ({ start: page * PAGE, end: (page + 1) * PAGE });
  assert.deepEqual(touched.within([pageOf(3)]), [pageOf(3)]);
  assert.deepEqual(touched.within([pageOf(40)]), [pageOf(40)]);
});
