// page-faults.test.ts: a page touched for the first time is a fault, one touched again is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mapAnonymous } from "./mapping.js";
import { threadPageFaults } from "./page-faults.js";

const PAGE = 4096;
const PAGES = 1000;

test("each page that is written for the first time counts, and none that is written again", () => {
  using memory = mapAnonymous(PAGES * PAGE);
  memory.avoidHugePages();
  const write = (): number => {
    const before = threadPageFaults();
    for (let page = 0; page < PAGES; page++) memory.bytes[page * PAGE] = 1;
    return threadPageFaults() - before;
  };
  const [first, second] = [write(), write()];
  assert.ok(first >= PAGES, `${first} faults`);
  assert.ok(second < PAGES / 10, `${second} faults`);
});
