// write-module.ts: writes a linked WebAssembly module. Values in, bytes out.
import { LINEAR_PAGE } from "./layout.js";
import { counted, named, signed, sized, unsigned } from "./wasm-bytes.js";
import { KIND, SECTION, type WasmImport, type WasmModule } from "./wasm-sections.js";

export interface LinkedParts {
  readonly types: readonly Uint8Array[];
  /** Functions only. */
  readonly imports: readonly WasmImport[];
  readonly functions: number[];
  readonly bodies: Uint8Array[];
  readonly globals: WasmModule["globals"];
  readonly exports: { readonly name: string; readonly kind: number; readonly index: number }[];
  /** The table's first entry that is one, and all that follow. */
  readonly tableAt: number;
  readonly elements: number[];
  readonly data: { readonly at: number; readonly bytes: Uint8Array }[];
  memoryBytes: number;
}

const PREAMBLE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const FUNCREF = 0x70;

export function writeModule(parts: LinkedParts): Uint8Array {
  const memoryPages = Math.ceil(parts.memoryBytes / LINEAR_PAGE);
  const sections: [number, Uint8Array][] = [
    [SECTION.type, counted(parts.types)],
    [
      SECTION.import,
      counted(
        parts.imports.map(({ room, name, type }) =>
          Buffer.concat([named(room), named(name), bytes(KIND.function, ...unsigned(type!))]),
        ),
      ),
    ],
    [SECTION.function, counted(parts.functions.map((type) => bytes(...unsigned(type))))],
    [SECTION.table, counted([bytes(FUNCREF, 0, ...unsigned(parts.tableAt + parts.elements.length))])],
    [SECTION.memory, counted([bytes(0, ...unsigned(memoryPages))])],
    [SECTION.global, counted(parts.globals.map(({ head, value }) => Buffer.concat([head, value])))],
    [
      SECTION.export,
      counted(
        parts.exports.map(({ name, kind, index }) =>
          Buffer.concat([named(name), bytes(kind, ...unsigned(index))]),
        ),
      ),
    ],
    [
      SECTION.element,
      counted([
        Buffer.concat([
          bytes(0, ...constant(parts.tableAt)),
          counted(parts.elements.map((index) => bytes(...unsigned(index)))),
        ]),
      ]),
    ],
    [SECTION.code, counted(parts.bodies.map(sized))],
    [
      SECTION.data,
      counted(
        parts.data.map(({ at, bytes: each }) => Buffer.concat([bytes(0, ...constant(at)), sized(each)])),
      ),
    ],
  ];
  return Buffer.concat([PREAMBLE, ...sections.flatMap(([id, content]) => [bytes(id), sized(content)])]);
}

/** An expression: i32.const, end. */
function constant(value: number): number[] {
  return [0x41, ...signed(value), 0x0b];
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}
