// wasm-sections.ts: takes a WebAssembly module apart into what a linker moves around. Bytes in, values out.
import { unlinkable, WasmReader } from "./wasm-bytes.js";

export interface WasmImport {
  readonly room: string;
  readonly name: string;
  /** Index of a function's type; undefined for whatever else is imported. */
  readonly type?: number;
  readonly isGlobal: boolean;
}

export interface WasmModule {
  /** Types of functions, each as the bytes that it is written with. */
  readonly types: readonly Uint8Array[];
  readonly imports: readonly WasmImport[];
  /** The type of each function that is defined. */
  readonly functions: readonly number[];
  /** Bodies of these functions, without their sizes. */
  readonly bodies: readonly Uint8Array[];
  /** Pages of 64 KiB. */
  readonly memoryPages: number;
  /** Globals that are defined. */
  readonly globals: readonly { readonly head: Uint8Array; readonly value: Uint8Array }[];
  readonly exports: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  readonly start?: number;
  /** What the table holds, from where on. */
  readonly elements: readonly { readonly at: Uint8Array; readonly functions: readonly number[] }[];
  readonly data: readonly { readonly at: Uint8Array; readonly bytes: Uint8Array }[];
  /** Of a shared library: bytes of memory and entries of the table that it wants. */
  readonly wanted: { readonly memory: number; readonly table: number };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

export const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

const HEADER_BYTES = 8;
const DYLINK_MEMORY_INFO = 1;

/**
 * Takes a module apart.
 *
 * @throws MayflyError BUILD_FAILED naming what is not understood
 */
export function readModule(bytes: Uint8Array): WasmModule {
  const module: Mutable<WasmModule> = {
    types: [],
    imports: [],
    functions: [],
    bodies: [],
    memoryPages: 0,
    globals: [],
    exports: [],
    elements: [],
    data: [],
    wanted: { memory: 0, table: 0 },
  };
  const reader = new WasmReader(bytes);
  reader.take(HEADER_BYTES);
  while (!reader.isOver) {
    const id = reader.byte();
    const section = new WasmReader(reader.take(reader.unsigned()));
    if (id === SECTION.custom) readCustom(section, module);
    else if (id === SECTION.type)
      module.types = section.many(() => spanned(section, () => skipType(section)));
    else if (id === SECTION.import) module.imports = section.many(() => readImport(section));
    else if (id === SECTION.function) module.functions = section.many(() => section.unsigned());
    else if (id === SECTION.memory)
      [module.memoryPages] = section.many(() => readLimits(section)) as [number];
    else if (id === SECTION.global)
      module.globals = section.many(() => ({ head: section.take(2), value: expression(section) }));
    else if (id === SECTION.export)
      module.exports = section.many(() => ({
        name: section.name(),
        kind: section.byte(),
        index: section.unsigned(),
      }));
    else if (id === SECTION.start) module.start = section.unsigned();
    else if (id === SECTION.element)
      module.elements = section.many(() => {
        plain(section, "a table segment");
        return { at: expression(section), functions: section.many(() => section.unsigned()) };
      });
    else if (id === SECTION.code) module.bodies = section.many(() => section.take(section.unsigned()));
    else if (id === SECTION.data)
      module.data = section.many(() => {
        plain(section, "a data segment");
        return { at: expression(section), bytes: section.take(section.unsigned()) };
      });
  }
  return module;
}

function readCustom(section: WasmReader, module: Mutable<WasmModule>): void {
  if (section.name() !== "dylink.0") return;
  while (!section.isOver) {
    const id = section.byte();
    const part = new WasmReader(section.take(section.unsigned()));
    if (id !== DYLINK_MEMORY_INFO) continue;
    const memory = part.unsigned();
    part.unsigned();
    module.wanted = { memory, table: part.unsigned() };
  }
}

function readImport(section: WasmReader): WasmImport {
  const room = section.name();
  const name = section.name();
  const kind = section.byte();
  if (kind === KIND.function) return { room, name, type: section.unsigned(), isGlobal: false };
  if (kind === KIND.table) section.byte();
  if (kind === KIND.global) section.take(2);
  else readLimits(section);
  return { room, name, isGlobal: kind === KIND.global };
}

function readLimits(section: WasmReader): number {
  const hasMost = section.byte() === 1;
  const least = section.unsigned();
  if (hasMost) section.unsigned();
  return least;
}

/** Segments are of one kind only: put in place before the module's first instruction. */
function plain(section: WasmReader, what: string): void {
  const flags = section.unsigned();
  if (flags !== 0) throw unlinkable(`${what} with flags ${flags}`);
}

function skipType(section: WasmReader): void {
  section.byte();
  section.take(section.unsigned());
  section.take(section.unsigned());
}

/** A constant expression, its end included: of constants, globals and additions. */
function expression(section: WasmReader): Uint8Array {
  return spanned(section, () => {
    for (;;) {
      const opcode = section.byte();
      if (opcode === 0x0b) return;
      if (opcode === 0x41 || opcode === 0x23) section.signed();
      else if (opcode !== 0x6a) throw unlinkable(`opcode ${opcode} in a constant`);
    }
  });
}

function spanned(section: WasmReader, skip: () => void): Uint8Array {
  const from = section.at;
  skip();
  return section.bytes.subarray(from, section.at);
}
