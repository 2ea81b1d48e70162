// link-symbols.ts: what each name, index and global of a module becomes in the linked one.
import { roundUp } from "../../abi/struct.js";
import type { PlacedExtension, Placement } from "./extension.js";
import { signed, unlinkable, unsigned } from "./wasm-bytes.js";
import type { Relocation } from "./wasm-code.js";
import { workOut } from "./wasm-constant.js";
import { KIND, type WasmImport, type WasmModule } from "./wasm-sections.js";
import type { LinkedParts } from "./write-module.js";

/** Told the address of a name: that function was called, and nobody has it (guest/js/imports.c). */
const UNRESOLVED = { room: "env", name: "host_unresolved", isGlobal: false } as const;
/** Its type: an i32, and no result. */
const UNRESOLVED_TYPE = Uint8Array.of(0x60, 1, 0x7f, 0);

const SHARED_GLOBALS = 1;

export class Symbols {
  readonly types: Uint8Array[] = [];
  readonly imports: WasmImport[];
  readonly engine: Relocation;
  readonly extensions: ReadonlyMap<string, Relocation>;
  readonly #engineModule: WasmModule;
  readonly #placement: Placement;
  /** Entries behind the table of the last extension. */
  readonly #entries: number[] = [];
  /** Functions that nobody has: their names and types. They come last. */
  readonly #missing = new Map<string, { readonly index: number; readonly type: number }>();
  readonly #firstMissing: number;
  /** Behind the memory of the last extension: a word for each variable that nobody has. */
  #memoryEnd: number;

  constructor(engine: WasmModule, placement: Placement) {
    this.#engineModule = engine;
    this.#placement = placement;
    this.#memoryEnd = placement.memoryEnd;
    const types = engine.types.map((type) => this.#type(type));
    this.imports = engine.imports.map((each) => ({ ...each, type: types[each.type!]! }));
    this.imports.push({ ...UNRESOLVED, type: this.#type(UNRESOLVED_TYPE) });
    const imported = engine.imports.map((_, i) => i);
    let next = this.imports.length;
    const defined = (module: WasmModule): number[] => module.functions.map(() => next++);
    this.engine = {
      types,
      functions: [...imported, ...defined(engine)],
      globals: engine.globals.map((_, index) => ({ index })),
    };
    if (
      engine.globals.length !== SHARED_GLOBALS ||
      this.#exported(engine, "__stack_pointer", KIND.global) !== 0
    )
      throw unlinkable("an engine whose only global is not its stack pointer");
    const places = placement.extensions.map((extension) => ({ extension, own: defined(extension.module) }));
    this.#firstMissing = next;
    this.extensions = new Map(
      places.map(({ extension, own }) => [extension.name, this.#relocation(extension, own)] as const),
    );
  }

  /** Adds what was found missing while names were looked up. */
  finish(parts: LinkedParts): void {
    parts.elements.push(...this.#entries);
    for (const [name, { type }] of this.#missing) {
      const text = Buffer.from(`${name}\0`);
      const unresolved = this.imports.length - 1;
      parts.functions.push(type);
      parts.bodies.push(
        // No locals; the name's address, the call, and what never happens.
        Uint8Array.from([0, 0x41, ...signed(this.#memoryEnd), 0x10, ...unsigned(unresolved), 0x00, 0x0b]),
      );
      parts.data.push({ at: this.#memoryEnd, bytes: text });
      this.#memoryEnd += text.length;
    }
    parts.memoryBytes = this.#memoryEnd;
  }

  #relocation({ module, name, memoryBase, tableBase }: PlacedExtension, own: readonly number[]): Relocation {
    const types = module.types.map((type) => this.#type(type));
    const imported = module.imports.filter(({ type }) => type !== undefined);
    const functions = [
      ...imported.map((each) => this.#function(each, module, own, imported.length, types)),
      ...own,
    ];
    const shared: (number | undefined)[] = module.imports
      .filter(({ isGlobal }) => isGlobal)
      .map(({ room, name: global }) => {
        if (room === "GOT.func") return this.#entry(global, module, functions, types);
        if (room === "GOT.mem") return this.#variable();
        if (global === "__memory_base") return memoryBase;
        if (global === "__table_base") return tableBase;
        if (global !== "__stack_pointer") throw unlinkable(`${name}: an import of ${room}.${global}`);
        return undefined;
      });
    const values = [...shared, ...module.globals.map(({ value }) => workOut(value, shared))];
    if (module.start !== undefined) workOut(withoutLocals(module, module.start - imported.length), values);
    return {
      types,
      functions,
      globals: values.map((value) => (value === undefined ? { index: 0 } : { value })),
    };
  }

  /** The engine's function of that name, else the module's own, else one that ends the machine. */
  #function(
    { room, name, type }: WasmImport,
    module: WasmModule,
    own: readonly number[],
    importCount: number,
    types: readonly number[],
  ): number {
    if (room !== "env")
      return found(
        this.imports.findIndex((each) => each.room === room && each.name === name),
        name,
      );
    const engines = this.#exported(this.#engineModule, name, KIND.function);
    if (engines !== undefined) return this.engine.functions[engines]!;
    const its = this.#exported(module, name, KIND.function);
    if (its !== undefined) return found(own[its - importCount], name);
    return this.#missingFunction(name, types[type!]!);
  }

  /** An entry of the table for a function whose address is taken. */
  #entry(name: string, module: WasmModule, functions: readonly number[], types: readonly number[]): number {
    const engines = this.#exported(this.#engineModule, name, KIND.function);
    const its = this.#exported(module, name, KIND.function);
    let index: number;
    if (engines !== undefined) index = this.engine.functions[engines]!;
    else if (its !== undefined) index = functions[its]!;
    else index = this.#missingFunction(name, types[0]!);
    return this.#placement.tableEnd + this.#entries.push(index) - 1;
  }

  #missingFunction(name: string, type: number): number {
    const index = this.#firstMissing + this.#missing.size;
    const known = this.#missing.get(name) ?? { index, type };
    this.#missing.set(name, known);
    return known.index;
  }

  /** The C library's errno, which the engine keeps to itself: nobody looks at it. */
  #variable(): number {
    const at = roundUp(this.#memoryEnd, 4);
    this.#memoryEnd = at + 4;
    return at;
  }

  #exported(module: WasmModule, name: string, kind: number): number | undefined {
    return module.exports.find((each) => each.name === name && each.kind === kind)?.index;
  }

  /** Types that are written alike are one. */
  #type(type: Uint8Array): number {
    const known = this.types.findIndex((each) => Buffer.compare(each, type) === 0);
    return known >= 0 ? known : this.types.push(type) - 1;
  }
}

function found(index: number | undefined, name: string): number {
  if (index === undefined || index < 0) throw unlinkable(`an import of ${name}`);
  return index;
}

function withoutLocals(module: WasmModule, index: number): Uint8Array {
  const body = module.bodies[index];
  if (body?.[0] !== 0) throw unlinkable("a start function with locals");
  return body.subarray(1);
}
