// extension.ts: the engine's extensions that the runtime is linked with, and where each of them lies. Pure computation.
import { fileURLToPath } from "node:url";
import { roundUp } from "../../abi/struct.js";
import { LINEAR_PAGE } from "./layout.js";
import type { WasmModule } from "./wasm-sections.js";

/** In the order of their places. The first has constants worth a read-only segment: a reset need not copy them. */
const NAMES = ["url", "crypto"] as const;

/** Shared libraries as `quickjs-wasi` ships them, by name. */
export const extensionPaths: ReadonlyMap<string, string> = new Map(
  NAMES.map((name) => [name, fileURLToPath(import.meta.resolve(`quickjs-wasi/${name}.so`))]),
);

/** A shared library and its place. */
export interface PlacedExtension {
  readonly name: string;
  readonly module: WasmModule;
  /** Where its memory starts, in the engine's. */
  readonly memoryBase: number;
  /** Where its entries of the table start. */
  readonly tableBase: number;
}

export interface Placement {
  readonly extensions: readonly PlacedExtension[];
  /** What nothing ever writes: whole pages, at most one range. */
  readonly constants: { readonly from: number; readonly to: number };
  /** The first byte, and the first entry of the table, behind all of them. */
  readonly memoryEnd: number;
  readonly tableEnd: number;
}

const GUEST_PAGE = 4096;
/** No library asks for more. */
const ALIGNMENT = 16;

/**
 * Gives each extension its place behind the engine.
 *
 * @param memoryAt the engine's memory at the start, bytes: whole pages
 * @param tableAt the engine's table, entries
 */
export function placeExtensions(
  modules: ReadonlyMap<string, WasmModule>,
  memoryAt: number,
  tableAt: number,
): Placement {
  const extensions: PlacedExtension[] = [];
  let [memoryEnd, tableEnd] = [memoryAt, tableAt];
  let constants = { from: memoryAt, to: memoryAt };
  for (const [name, module] of modules) {
    let memoryBase = roundUp(memoryEnd, ALIGNMENT);
    const [first, second] = module.data;
    // The linker that made it (LLVM's) puts what is constant first, and only then begins another segment.
    if (extensions.length === 0 && first !== undefined && second !== undefined) {
      const length = roundUp(first.bytes.length, ALIGNMENT);
      const to = roundUp(memoryBase + length, GUEST_PAGE);
      memoryBase = to - length;
      constants = { from: memoryAt, to };
    }
    extensions.push({ name, module, memoryBase, tableBase: tableEnd });
    memoryEnd = memoryBase + module.wanted.memory;
    tableEnd += module.wanted.table;
  }
  return { extensions, constants, memoryEnd, tableEnd };
}

/** Bytes of memory in whole pages of WebAssembly's. */
export function wholePages(bytes: number): number {
  return roundUp(bytes, LINEAR_PAGE);
}
