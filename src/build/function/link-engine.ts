// link-engine.ts: links the engine and its extensions, shared libraries, into one WebAssembly module. Bytes in, bytes out.
import { engineConstantsEnd } from "./engine-constants.js";
import { type Placement, placeExtensions } from "./extension.js";
import { LINEAR_PAGE } from "./layout.js";
import { Symbols } from "./link-symbols.js";
import { unlinkable } from "./wasm-bytes.js";
import { relocate } from "./wasm-code.js";
import { workOut } from "./wasm-constant.js";
import { KIND, readModule, type WasmModule } from "./wasm-sections.js";
import { type LinkedParts, writeModule } from "./write-module.js";

export interface LinkedEngine {
  readonly wasm: Uint8Array;
  /** Places in its memory that nothing ever writes. */
  readonly constants: Placement["constants"];
  /** The engine's own lie before this place. */
  readonly engineConstantsEnd: number;
}

/** What the linked module exports to put its tables of addresses right: to be run once, when it is built. */
export const RELOCATIONS = /^relocate_/;

const EXPORTED = /^qjs_ext_\w+_init$/;
/** A body without locals: its end. */
const EMPTY = Uint8Array.of(0, 0x0b);
const APPLY = "__wasm_apply_data_relocs";

/**
 * Links. What an extension imports is the engine's, or its own, or ends the machine when it is called.
 *
 * @throws MayflyError BUILD_FAILED naming what is not understood
 */
export function linkEngine(
  engineBytes: Uint8Array,
  extensionBytes: ReadonlyMap<string, Uint8Array>,
): LinkedEngine {
  const engine = readModule(engineBytes);
  const [table] = engine.elements;
  const tableAt = table && workOut(table.at, []);
  if (table === undefined || tableAt === undefined || engine.elements.length > 1)
    throw unlinkable(`an engine of ${engine.elements.length} table segments`);
  const modules = new Map([...extensionBytes].map(([name, bytes]) => [name, readModule(bytes)] as const));
  const placement = placeExtensions(
    modules,
    engine.memoryPages * LINEAR_PAGE,
    tableAt + table.functions.length,
  );
  const symbols = new Symbols(engine, placement);
  const parts: LinkedParts = {
    types: symbols.types,
    imports: symbols.imports,
    functions: [],
    bodies: [],
    globals: engine.globals,
    exports: engine.exports.map(({ name, kind, index }) => ({
      name,
      kind,
      index: kind === KIND.function ? symbols.engine.functions[index]! : index,
    })),
    tableAt,
    elements: table.functions.map((index) => symbols.engine.functions[index]!),
    data: engine.data.map(({ at, bytes }) => ({ at: workOut(at, [])!, bytes })),
    memoryBytes: 0,
  };
  add(parts, engine, symbols.engine);
  for (const { name, module, tableBase } of placement.extensions) {
    const relocation = symbols.extensions.get(name)!;
    const known = relocation.globals.map((found) => ("value" in found ? found.value : undefined));
    add(parts, module, relocation);
    for (const { at, bytes } of module.data) parts.data.push({ at: workOut(at, known)!, bytes });
    for (const { at, functions } of module.elements) {
      if (workOut(at, known) !== tableBase)
        throw unlinkable(`${name}: a table segment that starts elsewhere`);
      parts.elements.push(...functions.map((index) => relocation.functions[index]!));
    }
    for (const exported of module.exports) {
      if (exported.kind !== KIND.function) continue;
      const index = relocation.functions[exported.index]!;
      if (EXPORTED.test(exported.name)) parts.exports.push({ ...exported, index });
      if (exported.name === APPLY)
        parts.exports.push({ name: `relocate_${name}`, kind: KIND.function, index });
    }
  }
  symbols.finish(parts);
  return {
    wasm: writeModule(parts),
    constants: placement.constants,
    engineConstantsEnd: engineConstantsEnd(engineBytes),
  };
}

function add(parts: LinkedParts, module: WasmModule, relocation: Symbols["engine"]): void {
  const started = relocation.functions[module.start ?? -1];
  for (const [i, body] of module.bodies.entries()) {
    const isStart = relocation.functions.at(i - module.bodies.length) === started;
    parts.functions.push(relocation.types[module.functions[i]!]!);
    // What the start function does is worked out by now.
    parts.bodies.push(isStart ? EMPTY : relocate(body, relocation));
  }
}
