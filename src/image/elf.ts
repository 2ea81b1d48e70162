// elf.ts: the ELF64 header and the program headers (System V gABI, chapters 4 and 5). Checks form, not meaning. No I/O.
import { bytes, struct, u8, u16, u32, u64, type Values } from "../abi/struct.js";
import { hex, type ImageFile, invalid } from "./image-file.js";

export const EI_CLASS = 4;
export const EI_DATA = 5;
export const EI_VERSION = 6;

export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const EV_CURRENT = 1;
export const ET_EXEC = 2;
export const EM_X86_64 = 62;

export const PT_LOAD = 1;
export const PT_INTERP = 3;
export const PT_NOTE = 4;
export const PT_TLS = 7;

export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;

/** More program headers than any linker writes for a static executable; bounds the work on a hostile file. */
export const PROGRAM_HEADERS_MAX = 128;

export const Ehdr = struct(
  "Elf64_Ehdr",
  {
    e_ident: bytes(16),
    e_type: u16,
    e_machine: u16,
    e_version: u32,
    e_entry: u64,
    e_phoff: u64 /* bytes */,
    e_shoff: u64 /* bytes */,
    e_flags: u32,
    e_ehsize: u16 /* bytes */,
    e_phentsize: u16 /* bytes */,
    e_phnum: u16,
    e_shentsize: u16 /* bytes */,
    e_shnum: u16,
    e_shstrndx: u16,
  },
  { size: 64 },
);

export const Phdr = struct(
  "Elf64_Phdr",
  {
    p_type: u32,
    p_flags: u32,
    p_offset: u64 /* bytes */,
    p_vaddr: u64,
    p_paddr: u64,
    p_filesz: u64 /* bytes */,
    p_memsz: u64 /* bytes */,
    p_align: u64 /* bytes */,
  },
  { size: 56 },
);

export const Shdr = struct(
  "Elf64_Shdr",
  {
    sh_name: u32,
    sh_type: u32,
    sh_flags: u64,
    sh_addr: u64,
    sh_offset: u64 /* bytes */,
    sh_size: u64 /* bytes */,
    sh_link: u32,
    sh_info: u32,
    sh_addralign: u64,
    sh_entsize: u64 /* bytes */,
  },
  { size: 64 },
);

export const Sym = struct(
  "Elf64_Sym",
  { st_name: u32, st_info: u8, st_other: u8, st_shndx: u16, st_value: u64, st_size: u64 /* bytes */ },
  { size: 24 },
);

export const Nhdr = struct("Elf64_Nhdr", { n_namesz: u32, n_descsz: u32, n_type: u32 }, { size: 12 });

export type ElfHeader = Values<typeof Ehdr.fields>;

/** A program header with its place in the table, which errors name. */
export type ProgramHeader = Values<typeof Phdr.fields> & { readonly index: number };

const NO_IMAGE = "Sources are built first: mayfly build handler.ts -o handler.img";

/** The header of a static 64-bit x86 executable, or an error. */
export function readElfHeader(file: ImageFile): ElfHeader {
  const size = file.bytes.length;
  if (size < Ehdr.size)
    throw invalid(file, "file size", `${size} bytes`, `at least ${Ehdr.size} (an ELF64 header)`);
  const header = Ehdr.read(file.bytes);
  const ident = header.e_ident;
  const magic = Buffer.from(ident.subarray(0, 4)).toString("hex");
  if (magic !== "7f454c46")
    throw invalid(file, "e_ident[EI_MAG0..3]", magic, "7f454c46 (an ELF file)", NO_IMAGE);
  const expect = (field: string, got: number, expected: number, meaning: string) => {
    if (got !== expected) throw invalid(file, field, got, `${expected} (${meaning})`);
  };
  expect("e_ident[EI_CLASS]", ident[EI_CLASS]!, ELFCLASS64, "ELFCLASS64");
  expect("e_ident[EI_DATA]", ident[EI_DATA]!, ELFDATA2LSB, "ELFDATA2LSB");
  expect("e_ident[EI_VERSION]", ident[EI_VERSION]!, EV_CURRENT, "EV_CURRENT");
  expect("e_type", header.e_type, ET_EXEC, "ET_EXEC, a static executable that is not PIE");
  expect("e_machine", header.e_machine, EM_X86_64, "EM_X86_64");
  expect("e_version", header.e_version, EV_CURRENT, "EV_CURRENT");
  expect("e_ehsize", header.e_ehsize, Ehdr.size, "sizeof Elf64_Ehdr");
  return header;
}

/** The program header table, in the file's order. */
export function readProgramHeaders(file: ImageFile, header: ElfHeader): ProgramHeader[] {
  const { e_phentsize, e_phnum, e_phoff } = header;
  if (e_phentsize !== Phdr.size) {
    throw invalid(file, "e_phentsize", e_phentsize, `${Phdr.size} (sizeof Elf64_Phdr)`);
  }
  if (e_phnum < 1 || e_phnum > PROGRAM_HEADERS_MAX) {
    throw invalid(file, "e_phnum", e_phnum, `1 to ${PROGRAM_HEADERS_MAX}`);
  }
  const last = file.bytes.length - e_phnum * Phdr.size;
  if (e_phoff > last) {
    const expected =
      last < 0
        ? `a file that holds ${e_phnum} program headers`
        : `at most ${hex(last)}, so that the table lies in the file`;
    throw invalid(file, "e_phoff", hex(e_phoff), expected);
  }
  const at = Number(e_phoff);
  return Array.from({ length: e_phnum }, (_, index) => ({
    ...Phdr.read(file.bytes, at + index * Phdr.size),
    index,
  }));
}

/** The bytes of the file that a program header names, as a view. */
export function fileBytesOf(file: ImageFile, header: ProgramHeader): Uint8Array {
  const { p_offset, p_filesz, index } = header;
  const size = BigInt(file.bytes.length);
  if (p_filesz > size) {
    throw invalid(file, `phdr[${index}].p_filesz`, p_filesz, `at most ${size}, the file's size`);
  }
  if (p_offset > size - p_filesz) {
    const expected = `at most ${hex(size - p_filesz)}, so that its ${p_filesz} bytes lie in the file`;
    throw invalid(file, `phdr[${index}].p_offset`, hex(p_offset), expected);
  }
  return file.bytes.subarray(Number(p_offset), Number(p_offset + p_filesz));
}
