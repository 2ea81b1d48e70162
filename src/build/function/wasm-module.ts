// wasm-module.ts: what the engine's WebAssembly module starts with: its memory and its stack. Runs none of its code.
import { MayflyError } from "../../errors.js";
import { LINEAR_PAGE } from "./layout.js";

/** The little of Node's WebAssembly that is used here; its types come with the browser's library only. */
declare const WebAssembly: {
  Module: { new (bytes: Uint8Array): object; imports(module: object): { module: string; name: string }[] };
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer };
  Global: new (descriptor: { value: string }) => { value: unknown };
};

/** A module's memory before its first instruction. */
export interface InitialMemory {
  /** The memory from `dataStart` on, up to the last byte that is not zero. */
  readonly data: Uint8Array;
  readonly dataStart: number;
  /** Bytes, whole pages. */
  readonly bytes: number;
  /** Where its own stack starts, to grow downwards: everything below is stack. */
  readonly stackTop: number;
}

/** Instantiates a module with imports that nobody calls, and looks at its memory. */
export function readInitialMemory(wasm: Uint8Array): InitialMemory {
  const module = new WebAssembly.Module(wasm);
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: room, name } of WebAssembly.Module.imports(module)) {
    imports[room] ??= {};
    imports[room][name] = () => {
      throw new Error(`${room}.${name} was called before the module was initialized`);
    };
  }
  const { memory, __stack_pointer: stack } = new WebAssembly.Instance(module, imports).exports;
  if (!(memory instanceof WebAssembly.Memory) || !(stack instanceof WebAssembly.Global))
    throw new MayflyError(
      "BUILD_FAILED",
      "the JavaScript engine: got a module that exports no memory or no stack pointer, expected both",
    );
  const whole = new Uint8Array(memory.buffer);
  const dataStart = whole.findIndex((byte) => byte !== 0);
  const end = whole.findLastIndex((byte) => byte !== 0) + 1;
  const stackTop = Number(stack.value);
  if (dataStart < stackTop || stackTop % LINEAR_PAGE !== 0)
    throw new MayflyError(
      "BUILD_FAILED",
      `the JavaScript engine: got data at ${dataStart} and a stack from ${stackTop} down, expected the stack below all data`,
    );
  return { data: whole.slice(stackTop, end), dataStart: stackTop, bytes: whole.length, stackTop };
}
