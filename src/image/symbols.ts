// symbols.ts: names for addresses, from an image's symbol table. A missing or broken table means no names, never an error.
import { Ehdr, Shdr, Sym } from "./elf.js";

const SHT_SYMTAB = 2;
const SHN_UNDEF = 0;
const SHN_LORESERVE = 0xff00;
const STB_LOCAL = 0;
const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const NAMED_TYPES = new Set([STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_GNU_IFUNC]);

/** Longer names are cut: they go into one-line reports. */
const NAME_MAX = 256;

interface Entry {
  readonly address: number;
  /** Among symbols at one address, the highest names it best: a function before a label, a global before a local. */
  readonly rank: number;
  /** Offset in the string table. */
  readonly name: number;
}

/** Where names come from: views of the file, empty where it has none. */
export interface SymbolBytes {
  /** Elf64_Sym, one behind the other. */
  readonly table: Uint8Array;
  readonly names: Uint8Array;
}

const NO_SYMBOLS: SymbolBytes = { table: new Uint8Array(), names: new Uint8Array() };

/** Finds an ELF64 file's symbol table. */
export function findSymbols(file: Uint8Array): SymbolBytes {
  const { e_shoff, e_shnum, e_shentsize } = Ehdr.read(file);
  if (e_shentsize !== Shdr.size || e_shoff > file.length - e_shnum * Shdr.size) return NO_SYMBOLS;
  const view = new DataView(file.buffer, file.byteOffset + Number(e_shoff), e_shnum * Shdr.size);
  for (let at = 0; at < view.byteLength; at += Shdr.size) {
    if (view.getUint32(at + Shdr.offset.sh_type, true) !== SHT_SYMTAB) continue;
    const table = Shdr.read(file, Number(e_shoff) + at);
    if (table.sh_link >= e_shnum) return NO_SYMBOLS;
    const names = Shdr.read(file, Number(e_shoff) + table.sh_link * Shdr.size);
    return { table: bytesOf(file, table), names: bytesOf(file, names) };
  }
  return NO_SYMBOLS;
}

/** Symbols in ascending order of their addresses. */
export class SymbolTable {
  readonly #entries: readonly Entry[];
  readonly #strings: Uint8Array;

  private constructor(entries: readonly Entry[], strings: Uint8Array) {
    this.#entries = entries;
    this.#strings = strings;
  }

  /** Takes longer than all the rest of an image: only when a name is needed. */
  static read({ table, names }: SymbolBytes): SymbolTable {
    return new SymbolTable(readEntries(table, names), names);
  }

  /** The last symbol at or below an address. */
  nearest(address: number): { name: string; address: number } | undefined {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const entry = this.#entries[low - 1];
    return entry && { name: this.#nameAt(entry.name), address: entry.address };
  }

  #nameAt(offset: number): string {
    const text = this.#strings.subarray(offset, offset + NAME_MAX);
    const end = text.indexOf(0);
    const name = Buffer.from(end < 0 ? text : text.subarray(0, end)).toString("latin1");
    // Reports go to terminals, and the image is not trusted.
    return name.replace(/[^!-~]/g, "?");
  }
}

type Section = ReturnType<typeof Shdr.read>;

/** A section's bytes, or none where it does not lie in the file. */
function bytesOf(file: Uint8Array, { sh_offset, sh_size }: Section): Uint8Array {
  if (sh_offset + sh_size > file.length) return new Uint8Array();
  return file.subarray(Number(sh_offset), Number(sh_offset + sh_size));
}

function readEntries(symbols: Uint8Array, names: Uint8Array): Entry[] {
  const view = new DataView(symbols.buffer, symbols.byteOffset, symbols.length);
  const entries: Entry[] = [];
  for (let at = 0; at + Sym.size <= symbols.length; at += Sym.size) {
    const name = view.getUint32(at + Sym.offset.st_name, true);
    const info = view.getUint8(at + Sym.offset.st_info);
    const section = view.getUint16(at + Sym.offset.st_shndx, true);
    const type = info & 0xf;
    if (!NAMED_TYPES.has(type) || section === SHN_UNDEF || section >= SHN_LORESERVE) continue;
    if (!names[name]) continue;
    const rank = (type === STT_NOTYPE ? 0 : 2) + (info >> 4 === STB_LOCAL ? 0 : 1);
    entries.push({ address: Number(view.getBigUint64(at + Sym.offset.st_value, true)), rank, name });
  }
  return entries.sort((a, b) => a.address - b.address || a.rank - b.rank);
}
