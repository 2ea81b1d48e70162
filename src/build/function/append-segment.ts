// append-segment.ts: adds a read-only segment to an ELF file. The program headers move to the file's end, where there is room for one more.

import { roundUp } from "../../abi/struct.js";
import { Ehdr, PF_R, Phdr, PT_LOAD } from "../../image/elf.js";
import { PAGE_SIZE } from "../../machine/address-space.js";

/**
 * A copy of `elf` with one more PT_LOAD.
 *
 * @param address page-aligned, above every other segment
 */
export function appendSegment(elf: Uint8Array, address: number, content: Uint8Array): Buffer {
  const header = Ehdr.read(elf);
  const offset = roundUp(elf.length, PAGE_SIZE);
  const table = roundUp(offset + content.length, 8);
  const oldTable = Number(header.e_phoff);
  const oldBytes = header.e_phnum * Phdr.size;

  const file = Buffer.alloc(table + oldBytes + Phdr.size);
  file.set(elf);
  file.set(content, offset);
  file.set(elf.subarray(oldTable, oldTable + oldBytes), table);
  Phdr.write(
    file,
    {
      p_type: PT_LOAD,
      p_flags: PF_R,
      p_offset: BigInt(offset),
      p_vaddr: BigInt(address),
      p_paddr: BigInt(address),
      p_filesz: BigInt(content.length),
      p_memsz: BigInt(content.length),
      p_align: BigInt(PAGE_SIZE),
    },
    table + oldBytes,
  );
  Ehdr.write(file, { ...header, e_phoff: BigInt(table), e_phnum: header.e_phnum + 1 });
  return file;
}
