// symbols.test.ts: names for addresses, and silence where the table is broken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage, type SymbolPlan, TEXT_ADDRESS } from "../../test/support/image-builder.js";
import { Ehdr, Shdr } from "./elf.js";
import { parseImage } from "./image.js";

const DATA = TEXT_ADDRESS + 0x2000;

function imageWith(symbols: readonly SymbolPlan[]): Uint8Array {
  const code = new Uint8Array(64).fill(0x90);
  return buildImage({ code, symbols, segments: [{ address: DATA, memoryBytes: 64, flags: "rw-" }] });
}

const symbols: SymbolPlan[] = [
  { name: "later", address: TEXT_ADDRESS + 32 },
  { name: "_start", address: TEXT_ADDRESS + 4 },
  { name: "counter", address: DATA },
];

test("an address is named by the last symbol at or below it", () => {
  const image = parseImage(imageWith(symbols), "x");
  assert.deepEqual(image.symbolAt(TEXT_ADDRESS + 4), { name: "_start", offset: 0 });
  assert.deepEqual(image.symbolAt(TEXT_ADDRESS + 31), { name: "_start", offset: 27 });
  assert.deepEqual(image.symbolAt(TEXT_ADDRESS + 63), { name: "later", offset: 31 });
  assert.deepEqual(image.symbolAt(DATA + 8), { name: "counter", offset: 8 });
});

test("an address below every symbol of its segment, or in no segment, has no name", () => {
  const image = parseImage(imageWith(symbols.slice(0, 2)), "x");
  assert.equal(image.symbolAt(TEXT_ADDRESS), undefined);
  assert.equal(image.symbolAt(DATA + 8), undefined, "the nearest symbol is in another segment");
  for (const address of [0, 64 + TEXT_ADDRESS, 2 ** 40, -1, Number.NaN])
    assert.equal(image.symbolAt(address), undefined);
});

test("a function names an address before a label does", () => {
  const both: SymbolPlan[] = [
    { name: "function", address: TEXT_ADDRESS },
    { name: "label", address: TEXT_ADDRESS, type: "label" },
  ];
  for (const order of [both, both.toReversed()]) {
    assert.equal(parseImage(imageWith(order), "x").symbolAt(TEXT_ADDRESS)?.name, "function");
  }
});

test("a symbol's name is printable and not endless", () => {
  const image = parseImage(imageWith([{ name: `\x1b[31m${"a".repeat(1000)}`, address: TEXT_ADDRESS }]), "x");
  assert.equal(image.symbolAt(TEXT_ADDRESS)?.name, `?[31m${"a".repeat(251)}`);
});

test("an image without a symbol table has no names", () => {
  assert.equal(parseImage(buildImage(), "x").symbolAt(TEXT_ADDRESS), undefined);
});

test("a broken section table means no names and no error", () => {
  const sound = imageWith(symbols);
  const sections = Number(Ehdr.read(sound).e_shoff);
  const spoil: ((image: Uint8Array) => void)[] = [
    (image) => Ehdr.write(image, { e_shoff: 2n ** 64n - 1n }),
    (image) => Ehdr.write(image, { e_shoff: BigInt(image.length) }),
    (image) => Ehdr.write(image, { e_shnum: 0xffff }),
    (image) => Ehdr.write(image, { e_shentsize: 40 }),
    (image) => Shdr.write(image, { sh_offset: 2n ** 64n - 1n }, sections + Shdr.size),
    (image) => Shdr.write(image, { sh_size: 2n ** 64n - 1n }, sections + Shdr.size),
    (image) => Shdr.write(image, { sh_link: 77 }, sections + Shdr.size),
    (image) => Shdr.write(image, { sh_type: 3 }, sections + Shdr.size),
    (image) => Shdr.write(image, { sh_offset: 2n ** 63n }, sections + 2 * Shdr.size),
    (image) => Shdr.write(image, { sh_size: 0n }, sections + 2 * Shdr.size),
  ];
  for (const [i, change] of spoil.entries()) {
    const image = sound.slice();
    change(image);
    assert.equal(parseImage(image, "x").symbolAt(TEXT_ADDRESS + 4), undefined, `case ${i}`);
  }
});
