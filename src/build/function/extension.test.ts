// extension.test.ts: places of extensions: apart, aligned, and constants on pages of their own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { extensionPaths, placeExtensions } from "./extension.js";
import { readModule } from "./wasm-sections.js";

const modules = new Map(
  [...extensionPaths].map(([name, path]) => [name, readModule(readFileSync(path))] as const),
);
const START = 18 * 65536;

test("extensions lie one behind the other, at multiples of 16", () => {
  const { extensions, memoryEnd, tableEnd } = placeExtensions(modules, START, 532);
  let [memory, table] = [START, 532];
  for (const { module, memoryBase, tableBase } of extensions) {
    assert.ok(memoryBase >= memory && memoryBase % 16 === 0);
    assert.equal(tableBase, table);
    memory = memoryBase + module.wanted.memory;
    table += module.wanted.table;
  }
  assert.deepEqual([memoryEnd, tableEnd], [memory, table]);
});

test("the first one's constants fill whole pages, and nothing else lies on them", () => {
  const { extensions, constants } = placeExtensions(modules, START, 532);
  const [url, crypto] = extensions;
  assert.equal(constants.from, START);
  assert.equal(constants.to % 4096, 0);
  assert.equal(constants.to, url!.memoryBase + url!.module.data[0]!.bytes.length);
  assert.ok(crypto!.memoryBase >= constants.to);
});
