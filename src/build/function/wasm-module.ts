// wasm-module.ts: what the linked engine starts with: its memory and its stack. Of its code only the addresses in tables are put right.
import { MayflyError } from "../../errors.js";
import { LINEAR_PAGE } from "./layout.js";
import { type LinkedEngine, RELOCATIONS } from "./link-engine.js";

/** The little of Node's WebAssembly that is used here; its types come with the browser's library only. */
declare const WebAssembly: {
  Module: { new (bytes: Uint8Array): object; imports(module: object): { module: string; name: string }[] };
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer };
  Global: new (descriptor: { value: string }) => { value: unknown };
};

/** A range of the memory that is the guest's to write, or to read only: whole pages of the guest's. */
export interface MemoryPart {
  /** The section of the image that it becomes (guest/js/js.ld). */
  readonly section: string;
  readonly at: number;
  /** Zeros at its end may be left out. */
  readonly bytes: Uint8Array;
}

/** A module's memory before its first instruction. */
export interface InitialMemory {
  /** What lies behind the stack, in the order of places. */
  readonly parts: readonly MemoryPart[];
  /** Bytes, whole pages. */
  readonly bytes: number;
  /** Where its own stack starts, to grow downwards: everything below is stack. */
  readonly stackTop: number;
}

/** Instantiates the module with imports that nobody calls, lets it put its addresses right, and looks at its memory. */
export function readInitialMemory({ wasm, constants, engineConstantsEnd }: LinkedEngine): InitialMemory {
  const module = new WebAssembly.Module(wasm);
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: room, name } of WebAssembly.Module.imports(module)) {
    imports[room] ??= {};
    imports[room][name] = () => {
      throw new Error(`${room}.${name} was called before the module was initialized`);
    };
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const { memory, __stack_pointer: stack } = exports;
  if (!(memory instanceof WebAssembly.Memory) || !(stack instanceof WebAssembly.Global))
    throw new MayflyError(
      "BUILD_FAILED",
      "the JavaScript engine: got a module that exports no memory or no stack pointer, expected both",
    );
  for (const [name, value] of Object.entries(exports)) if (RELOCATIONS.test(name)) (value as () => void)();
  const whole = new Uint8Array(memory.buffer);
  const dataStart = whole.findIndex((byte) => byte !== 0);
  const stackTop = Number(stack.value);
  if (dataStart < stackTop || stackTop % LINEAR_PAGE !== 0)
    throw new MayflyError(
      "BUILD_FAILED",
      `the JavaScript engine: got data at ${dataStart} and a stack from ${stackTop} down, expected the stack below all data`,
    );
  const engineData = Math.max(stackTop, engineConstantsEnd);
  const part = (section: string, at: number, end?: number): MemoryPart => ({
    section,
    at,
    bytes: withoutZeros(whole.slice(at, end)),
  });
  return {
    parts: [
      part(".engine_constants", stackTop, engineData),
      part(".engine_data", engineData, constants.from),
      part(".extension_constants", constants.from, constants.to),
      part(".extension_data", constants.to),
    ],
    bytes: whole.length,
    stackTop,
  };
}

/** Up to the last byte that is not zero. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}
