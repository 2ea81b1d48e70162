// pagemap.test.ts: what was touched of a mapping, by either way of asking the kernel.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mapAnonymous } from "./mapping.js";
import { PageMap, type PageMapMethod } from "./pagemap.js";

const PAGE = 4096;
const MIB = 1 << 20;

/** Numbers of the touched pages. */
function touchedPages(pages: PageMap, address: bigint, length: number): number[] {
  const touched: number[] = [];
  pages.visitTouched(address, length, (start, end) => {
    for (let at = start; at < end; at += PAGE) touched.push(at / PAGE);
  });
  return touched;
}

for (const method of ["scan", "read"] as const satisfies readonly PageMapMethod[]) {
  test(`${method}: pages written are told, and no others`, () => {
    using pages = new PageMap(method);
    // More than one read of the page map takes.
    using memory = mapAnonymous(64 * MIB);
    memory.avoidHugePages();
    assert.deepEqual(touchedPages(pages, memory.address, memory.length), []);
    const written = [0, 1, 5, 512, 513, 8191, 8192, 16383];
    for (const page of written) memory.bytes[page * PAGE + 7] = 1;
    assert.deepEqual(touchedPages(pages, memory.address, memory.length), written);
    memory.discard(5 * PAGE, PAGE);
    assert.deepEqual(
      touchedPages(pages, memory.address, memory.length),
      written.filter((page) => page !== 5),
    );
  });

  test(`${method}: more runs than fit into one answer are all told`, () => {
    using pages = new PageMap(method);
    using memory = mapAnonymous(4 * MIB);
    memory.avoidHugePages();
    const written = Array.from({ length: 500 }, (_, i) => 2 * i);
    for (const page of written) memory.bytes[page * PAGE] = 1;
    assert.deepEqual(touchedPages(pages, memory.address, memory.length), written);
  });
}

test("scan: pages that were only read hold nothing", () => {
  using pages = new PageMap("scan");
  using memory = mapAnonymous(MIB);
  memory.avoidHugePages();
  assert.ok(memory.bytes.every((byte) => byte === 0));
  memory.bytes[3 * PAGE] = 1;
  const touched = touchedPages(pages, memory.address, memory.length);
  assert.ok(touched.includes(3));
  // Before Linux 6.7 the kernel cannot tell, and the list is longer than it must be.
  assert.ok(touched.length === 1 || touched.length === 256, `${touched.length} pages`);
});
