// segments.test.ts: where segments may lie, what they may be, and how they meet.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildImage,
  changeHeader,
  HEADER,
  type SegmentPlan,
  TEXT_ADDRESS,
} from "../../test/support/image-builder.js";
import { parseImage } from "./image.js";

const DATA = TEXT_ADDRESS + 0x2000;
const data: SegmentPlan = { address: DATA, bytes: new Uint8Array(16), flags: "rw-" };

type HeaderFields = Parameters<typeof changeHeader>[2];

/** An image with one data segment, then changed in one header. */
function changed(fields: HeaderFields, index: number = HEADER.first, segments = [data]): Uint8Array {
  const image = buildImage({ segments });
  changeHeader(image, index, fields);
  return image;
}

function refuses(image: Uint8Array, message: string): void {
  assert.throws(() => parseImage(image, "x"), { code: "IMAGE_INVALID", message: `x: ${message}` });
}

test("a segment larger in the file than in memory is refused", () => {
  refuses(changed({ p_memsz: 15n }), "phdr[9].p_memsz: got 15, expected at least p_filesz, 16");
  refuses(changed({ p_memsz: 0n }), "phdr[9].p_memsz: got 0, expected at least p_filesz, 16");
});

test("a segment below 1 MiB or above 4 GiB is refused", () => {
  const expected = "expected 0x100000 or more, below 0x100000000";
  for (const p_vaddr of [0n, 0xff000n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 4096n]) {
    refuses(changed({ p_vaddr }), `phdr[9].p_vaddr: got 0x${p_vaddr.toString(16)}, ${expected}`);
  }
});

test("a segment that ends above 4 GiB is refused, one that ends there is not", () => {
  const room = 2n ** 32n - BigInt(DATA);
  for (const p_memsz of [room + 1n, 2n ** 64n - 1n]) {
    refuses(
      changed({ p_memsz }),
      `phdr[9].p_memsz: got ${p_memsz}, expected at most ${room}, to end at 0x100000000`,
    );
  }
  assert.equal(parseImage(changed({ p_memsz: room }), "x").end, 2 ** 32);
});

test("a segment outside the file is refused", () => {
  refuses(
    changed({ p_offset: 0x4000n }),
    "phdr[9].p_offset: got 0x4000, expected at most 0x3ff0, so that its 16 bytes lie in the file",
  );
  refuses(
    changed({ p_filesz: 0x5000n, p_memsz: 0x5000n }),
    "phdr[9].p_filesz: got 20480, expected at most 16384, the file's size",
  );
});

test("an alignment that is no power of two is refused", () => {
  for (const p_align of [0n, 3n, 0x1800n, 2n ** 64n - 1n]) {
    refuses(changed({ p_align }), `phdr[9].p_align: got 0x${p_align.toString(16)}, expected a power of two`);
  }
});

test("an offset that is not congruent to the address is refused", () => {
  refuses(
    changed({ p_offset: 0x3001n }),
    "phdr[9].p_offset: got 0x3001, expected the remainder of p_vaddr 0x102000 by p_align 0x1000",
  );
  refuses(
    changed({ p_align: 2n ** 63n }),
    "phdr[9].p_offset: got 0x3000, expected the remainder of p_vaddr 0x102000 by p_align 0x8000000000000000",
  );
});

test("a segment without file bytes may have any offset", () => {
  const bss: SegmentPlan = { address: DATA, memoryBytes: 0x300000, flags: "rw-" };
  const image = parseImage(changed({ p_offset: 2n ** 60n + 5n }, HEADER.first, [bss]), "x");
  assert.equal(image.segments.at(-1)?.memoryBytes, 0x300000);
  assert.equal(image.segments.at(-1)?.fileBytes.length, 0);
});

test("a PT_LOAD without memory is no segment, wherever it says it is", () => {
  const image = parseImage(
    changed({ p_vaddr: 2n ** 64n - 1n, p_align: 3n, p_flags: 7 }, HEADER.emptyLoad),
    "x",
  );
  assert.equal(image.segments.length, 3);
});

test("an image without any memory is refused", () => {
  const image = buildImage();
  for (const index of [HEADER.text, HEADER.notes]) changeHeader(image, index, { p_type: 0 });
  refuses(image, "e_phnum: got no PT_LOAD with memory, expected at least one");
});

test("segments out of order are refused", () => {
  const lower = changed({ p_vaddr: BigInt(TEXT_ADDRESS) });
  refuses(lower, "phdr[9].p_vaddr: got 0x100000, expected ascending order, after 0x101000");
});

test("overlapping segments are refused", () => {
  const second: SegmentPlan = { address: DATA + 0x1000, bytes: new Uint8Array(16), flags: "rw-" };
  const message = "phdr[10].p_vaddr: got 0x103000, expected 0x103001 or more, where the segment below ends";
  refuses(changed({ p_memsz: 0x1001n }, HEADER.first, [data, second]), message);
});

test("segments may meet in one page only if their permissions agree", () => {
  const second = (flags: SegmentPlan["flags"]): SegmentPlan => ({
    address: DATA + 16,
    memoryBytes: 16,
    flags,
  });
  const image = parseImage(buildImage({ segments: [data, second("rw-")] }), "x");
  assert.deepEqual(image.regions().at(-1), { start: DATA, end: DATA + 0x1000, permissions: "rw" });
  const message =
    "phdr[10].p_vaddr: got 0x102010, expected 0x103000 or more: its 4096-byte page belongs to a segment with other permissions";
  refuses(buildImage({ segments: [data, second("r--")] }), message);
});

test("a segment that is both writable and executable is refused", () => {
  refuses(changed({ p_flags: 3 }), "phdr[9].p_flags: got -wx, expected not both writable and executable");
  refuses(changed({ p_flags: 7 }), "phdr[9].p_flags: got rwx, expected not both writable and executable");
});

test("a segment that nobody may touch is refused", () => {
  refuses(changed({ p_flags: 0 }), "phdr[9].p_flags: got ---, expected readable, writable or executable");
});

test("permissions follow the flags; bits that the processor's ABI owns do not matter", () => {
  const permissions = (p_flags: number) => parseImage(changed({ p_flags }), "x").segments.at(-1)?.permissions;
  assert.deepEqual([1, 2, 4, 5, 6, 0xf0000004].map(permissions), ["rx", "rw", "r", "rx", "rw", "r"]);
});
