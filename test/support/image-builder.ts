// image-builder.ts: valid hvt images made in memory, for tests to boot or to spoil. Knows the layout, checks nothing.
import {
  ABI1_NOTE_TYPE,
  Abi1Info,
  HVT_ABI_TARGET,
  HVT_ABI_VERSION,
  MFT_DEV_BLOCK_BASIC,
  MFT_DEV_NET_BASIC,
  MFT_RESERVED_FIRST,
  MFT_VERSION,
  MFT1_NOTE_TYPE,
  Mft,
  MftEntry,
} from "../../src/abi/manifest.js";
import { roundUp } from "../../src/abi/struct.js";
import * as elf from "../../src/image/elf.js";
import { PAGE_SIZE } from "../../src/machine/address-space.js";

export interface SegmentPlan {
  /** GPA, page-aligned. */
  readonly address: number;
  readonly bytes?: Uint8Array;
  /** At least the bytes given; zeros behind them. */
  readonly memoryBytes?: number;
  readonly flags: "r--" | "rw-" | "r-x" | "--x";
}

export interface SymbolPlan {
  readonly name: string;
  readonly address: number;
  readonly type?: "function" | "label";
}

export interface ImagePlan {
  /** Machine code at TEXT_ADDRESS; one that halts with status 0 unless given. */
  readonly code?: Uint8Array;
  /** GPA; the code's first byte unless given. */
  readonly entry?: number;
  readonly devices?: readonly { readonly name: string; readonly type: "block" | "net" }[];
  /** Further segments, ascending, above the notes' page. */
  readonly segments?: readonly SegmentPlan[];
  readonly symbols?: readonly SymbolPlan[];
}

/** Where the code goes. */
export const TEXT_ADDRESS = 0x100000;

/** Places in the program header table: the odd ones are what images in the wild carry. The plan's segments follow. */
export const HEADER = {
  interpreter: 0,
  text: 1,
  notes: 2,
  emptyLoad: 3,
  tls: 4,
  foreignNote: 5,
  abi: 6,
  manifest: 7,
  allNotes: 8,
  first: 9,
} as const;

/** Code that halts with a status: a hypercall of number 8, its argument on the stack. */
export function haltCode(status = 0): Uint8Array {
  return Uint8Array.of(
    ...[0x48, 0x83, 0xec, 0x18], // sub rsp, 24
    ...[0x48, 0xc7, 0x04, 0x24, 0x00, 0x00, 0x10, 0x00], // mov qword [rsp], TEXT_ADDRESS: the cookie, any readable 512 bytes
    ...[0xc7, 0x44, 0x24, 0x08, status & 0xff, 0, 0, 0], // mov dword [rsp + 8], status
    ...[0x89, 0xe0], // mov eax, esp
    ...[0x66, 0xba, 0x08, 0x05], // mov dx, 0x508
    0xef, // out dx, eax
    ...[0xeb, 0xfe], // jmp $
  );
}

/** The bytes of a valid image. */
export function buildImage(plan: ImagePlan = {}): Uint8Array {
  const code = plan.code ?? haltCode();
  const { content: notes, places } = buildNotes(plan.devices ?? []);
  const notesAddress = roundUp(TEXT_ADDRESS + code.length, PAGE_SIZE);
  const extra = plan.segments ?? [];

  const codeOffset = PAGE_SIZE;
  const notesOffset = roundUp(codeOffset + code.length, PAGE_SIZE);
  let offset = roundUp(notesOffset + notes.length, PAGE_SIZE);
  const extraOffsets = extra.map(({ bytes = new Uint8Array() }) => {
    const at = bytes.length === 0 ? 0 : offset;
    offset = roundUp(offset + bytes.length, PAGE_SIZE);
    return at;
  });

  const image = new Uint8Array(offset);
  image.set(code, codeOffset);
  image.set(notes, notesOffset);
  extra.forEach(({ bytes }, i) => {
    if (bytes !== undefined) image.set(bytes, extraOffsets[i]!);
  });
  const note = (place: { at: number; size: number }) =>
    header(elf.PT_NOTE, "r--", notesOffset + place.at, notesAddress + place.at, place.size, place.size, 4);
  const headers = [
    header(elf.PT_INTERP, "r--", codeOffset, TEXT_ADDRESS, 24, 24, 8),
    header(elf.PT_LOAD, "--x", codeOffset, TEXT_ADDRESS, code.length, code.length),
    header(elf.PT_LOAD, "r--", notesOffset, notesAddress, notes.length, notes.length),
    header(elf.PT_LOAD, "r--", 0x270, 0, 0, 0),
    header(elf.PT_TLS, "r--", 0, 0, 0, 0, 8),
    note(places.foreign),
    note(places.abi),
    note(places.manifest),
    note({ at: 0, size: notes.length }),
    ...extra.map(({ address, bytes = new Uint8Array(), memoryBytes = bytes.length, flags }, i) =>
      header(elf.PT_LOAD, flags, extraOffsets[i]!, address, bytes.length, memoryBytes),
    ),
  ];
  headers.forEach((each, i) => {
    elf.Phdr.write(image, each, elf.Ehdr.size + i * elf.Phdr.size);
  });
  elf.Ehdr.write(image, {
    e_ident: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, elf.ELFCLASS64, elf.ELFDATA2LSB, elf.EV_CURRENT),
    e_type: elf.ET_EXEC,
    e_machine: elf.EM_X86_64,
    e_version: elf.EV_CURRENT,
    e_entry: BigInt(plan.entry ?? TEXT_ADDRESS),
    e_phoff: BigInt(elf.Ehdr.size),
    e_ehsize: elf.Ehdr.size,
    e_phentsize: elf.Phdr.size,
    e_phnum: headers.length,
  });
  return plan.symbols === undefined ? image : withSymbols(image, plan.symbols);
}

/** Changes fields of one program header in place. */
export function changeHeader(
  image: Uint8Array,
  index: number,
  fields: Parameters<typeof elf.Phdr.write>[1],
): void {
  elf.Phdr.write(image, fields, elf.Ehdr.size + index * elf.Phdr.size);
}

/** Where a program header's bytes start in the file. */
export function offsetOf(image: Uint8Array, index: number): number {
  return Number(elf.Phdr.read(image, elf.Ehdr.size + index * elf.Phdr.size).p_offset);
}

function header(
  p_type: number,
  flags: string,
  offset: number,
  address: number,
  fileBytes: number,
  memoryBytes: number,
  align = PAGE_SIZE,
) {
  const bit = (letter: string, value: number) => (flags.includes(letter) ? value : 0);
  return {
    p_type,
    p_flags: bit("r", elf.PF_R) | bit("w", elf.PF_W) | bit("x", elf.PF_X),
    p_offset: BigInt(offset),
    p_vaddr: BigInt(address),
    p_paddr: BigInt(address),
    p_filesz: BigInt(fileBytes),
    p_memsz: BigInt(memoryBytes),
    p_align: BigInt(align),
  };
}

function buildNotes(devices: NonNullable<ImagePlan["devices"]>) {
  const abi = new Uint8Array(Abi1Info.size);
  Abi1Info.write(abi, { abi_target: HVT_ABI_TARGET, abi_version: HVT_ABI_VERSION });
  // Four bytes of padding put struct mft, behind a head of 20 bytes, on a multiple of 8.
  const manifest = new Uint8Array(4 + Mft.size + (devices.length + 1) * MftEntry.size);
  Mft.write(manifest, { version: MFT_VERSION, entries: devices.length + 1 }, 4);
  MftEntry.write(manifest, { type: MFT_RESERVED_FIRST }, 4 + Mft.size);
  devices.forEach(({ name, type }, i) => {
    const entry = {
      name: Buffer.from(name, "latin1"),
      type: type === "block" ? MFT_DEV_BLOCK_BASIC : MFT_DEV_NET_BASIC,
    };
    MftEntry.write(manifest, entry, 4 + Mft.size + (i + 1) * MftEntry.size);
  });
  const notes = [
    buildNote("Solo5", MFT1_NOTE_TYPE, manifest),
    buildNote("Solo5", ABI1_NOTE_TYPE, abi),
    buildNote("OpenBSD", 1, new Uint8Array(4)),
  ] as const;
  const [first, second, third] = notes;
  const places = {
    manifest: { at: 0, size: first.length },
    abi: { at: first.length, size: second.length },
    foreign: { at: first.length + second.length, size: third.length },
  };
  return { content: Buffer.concat(notes), places };
}

function buildNote(owner: string, type: number, descriptor: Uint8Array): Uint8Array {
  const head = new Uint8Array(elf.Nhdr.size + 8);
  elf.Nhdr.write(head, { n_namesz: owner.length + 1, n_descsz: descriptor.length, n_type: type });
  head.set(Buffer.from(owner), elf.Nhdr.size);
  return Buffer.concat([head, descriptor]);
}

/** Adds sections 1 (.symtab) and 2 (.strtab) and their header table behind the image. */
function withSymbols(image: Uint8Array, symbols: readonly SymbolPlan[]): Uint8Array {
  const strings = Buffer.from(`\0${symbols.map(({ name }) => `${name}\0`).join("")}`, "latin1");
  const table = new Uint8Array((symbols.length + 1) * elf.Sym.size);
  let name = 1;
  symbols.forEach((symbol, i) => {
    // A global (1 << 4) function (2) or untyped label (0), in some section of the program.
    const st_info = (1 << 4) | (symbol.type === "label" ? 0 : 2);
    elf.Sym.write(
      table,
      { st_name: name, st_info, st_shndx: 3, st_value: BigInt(symbol.address) },
      (i + 1) * elf.Sym.size,
    );
    name += symbol.name.length + 1;
  });
  const stringsAt = image.length + table.length;
  const sectionsAt = roundUp(stringsAt + strings.length, 8);
  const whole = new Uint8Array(sectionsAt + 3 * elf.Shdr.size);
  whole.set(image);
  whole.set(table, image.length);
  whole.set(strings, stringsAt);
  const section = (index: number, sh_type: number, at: number, size: number, rest: object) => {
    const fields = { sh_type, sh_offset: BigInt(at), sh_size: BigInt(size), ...rest };
    elf.Shdr.write(whole, fields, sectionsAt + index * elf.Shdr.size);
  };
  // The symbols' strings are section 2; the first symbol that is not local is number 1.
  section(1, 2, image.length, table.length, { sh_link: 2, sh_info: 1, sh_entsize: BigInt(elf.Sym.size) });
  section(2, 3, stringsAt, strings.length, {});
  elf.Ehdr.write(whole, { e_shoff: BigInt(sectionsAt), e_shentsize: elf.Shdr.size, e_shnum: 3 });
  return whole;
}
