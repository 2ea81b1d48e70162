// elf.test.ts: every field of the ELF header and of the header table that can be wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage, changeHeader, HEADER } from "../../test/support/image-builder.js";
import { Ehdr, Phdr, PROGRAM_HEADERS_MAX, Shdr, Sym } from "./elf.js";
import { parseImage } from "./image.js";

/** That an image is refused with exactly this message. */
function refusesBytes(image: Uint8Array, message: string | RegExp): void {
  assert.throws(() => parseImage(image, "x"), { code: "IMAGE_INVALID", name: "MayflyError", message });
}

/** The same for a valid image spoilt in place. */
function refuses(spoil: (image: Uint8Array) => unknown, message: string | RegExp): void {
  const image = buildImage();
  spoil(image);
  refusesBytes(image, message);
}

/** The same for one number in the header. */
function refusesField(fields: Parameters<typeof Ehdr.write>[1], message: string | RegExp): void {
  refuses((image) => Ehdr.write(image, fields), message);
}

test("the layouts have the offsets of the ELF64 specification", () => {
  assert.deepEqual(
    [Ehdr.offset.e_entry, Ehdr.offset.e_phoff, Ehdr.offset.e_phnum, Ehdr.offset.e_shstrndx],
    [24, 32, 56, 62],
  );
  assert.deepEqual([Phdr.offset.p_flags, Phdr.offset.p_offset, Phdr.offset.p_align], [4, 8, 48]);
  assert.deepEqual([Shdr.offset.sh_offset, Shdr.offset.sh_link, Sym.offset.st_value], [24, 40, 8]);
});

test("a file that is too short for a header is refused", () => {
  for (const length of [0, 4, 63]) {
    refusesBytes(
      buildImage().subarray(0, length),
      `x: file size: got ${length} bytes, expected at least 64 (an ELF64 header)`,
    );
  }
});

test("a file without ELF's magic is refused", () => {
  const text = Buffer.from("#!/bin/sh\n".repeat(10));
  refusesBytes(text, "x: e_ident[EI_MAG0..3]: got 23212f62, expected 7f454c46 (an ELF file)");
  assert.throws(() => parseImage(text, "x"), { mend: /^Sources are built first: mayfly build / });
});

for (const [at, value, message] of [
  [4, 1, "x: e_ident[EI_CLASS]: got 1, expected 2 (ELFCLASS64)"],
  [5, 2, "x: e_ident[EI_DATA]: got 2, expected 1 (ELFDATA2LSB)"],
  [6, 0, "x: e_ident[EI_VERSION]: got 0, expected 1 (EV_CURRENT)"],
] as const) {
  test(`an identification byte ${at} of ${value} is refused`, () => {
    refuses((image) => image.fill(value, at, at + 1), message);
  });
}

test("the operating system's identification bytes do not matter", () => {
  const image = buildImage();
  image[7] = 9;
  image[8] = 1;
  assert.equal(parseImage(image, "x").target, "hvt");
});

test("anything but a static x86-64 executable is refused", () => {
  refusesField({ e_type: 3 }, "x: e_type: got 3, expected 2 (ET_EXEC, a static executable that is not PIE)");
  refusesField({ e_machine: 183 }, "x: e_machine: got 183, expected 62 (EM_X86_64)");
  refusesField({ e_version: 0 }, "x: e_version: got 0, expected 1 (EV_CURRENT)");
});

test("sizes that are not those of ELF64 are refused", () => {
  refusesField({ e_ehsize: 52 }, "x: e_ehsize: got 52, expected 64 (sizeof Elf64_Ehdr)");
  refusesField({ e_phentsize: 32 }, "x: e_phentsize: got 32, expected 56 (sizeof Elf64_Phdr)");
});

test("a program header count out of range is refused", () => {
  refusesField({ e_phnum: 0 }, `x: e_phnum: got 0, expected 1 to ${PROGRAM_HEADERS_MAX}`);
  refusesField({ e_phnum: 0xffff }, `x: e_phnum: got 65535, expected 1 to ${PROGRAM_HEADERS_MAX}`);
});

test("a program header table outside the file is refused", () => {
  const size = buildImage().length;
  const last = size - HEADER.first * Phdr.size;
  const expected = `at most 0x${last.toString(16)}, so that the table lies in the file`;
  for (const e_phoff of [BigInt(last + 1), 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    refusesField({ e_phoff }, `x: e_phoff: got 0x${e_phoff.toString(16)}, expected ${expected}`);
  }
  refusesBytes(
    buildImage().subarray(0, 80),
    "x: e_phoff: got 0x40, expected a file that holds 9 program headers",
  );
});

test("a header whose bytes lie outside the file is refused", () => {
  const size = buildImage().length;
  const spoil = (fields: Parameters<typeof Phdr.write>[1]) => (image: Uint8Array) =>
    changeHeader(image, HEADER.manifest, fields);
  refuses(
    spoil({ p_filesz: BigInt(size + 1) }),
    `x: phdr[7].p_filesz: got ${size + 1}, expected at most ${size}, the file's size`,
  );
  refuses(
    spoil({ p_filesz: 2n ** 64n - 1n }),
    /^x: phdr\[7\]\.p_filesz: got 18446744073709551615, expected at most/,
  );
  refuses(
    spoil({ p_offset: BigInt(size) }),
    /^x: phdr\[7\]\.p_offset: got 0x3000, expected at most 0x2f78, so that its 136 bytes/,
  );
  refuses(
    spoil({ p_offset: 2n ** 64n - 8n }),
    /^x: phdr\[7\]\.p_offset: got 0xfffffffffffffff8, expected at most/,
  );
});
