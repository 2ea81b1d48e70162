// wasm-engine.ts: the functions' very engine without a VM: quickjs-wasi in Node's WebAssembly, with the same handlers.
import { readFile } from "node:fs/promises";
import { CompileFlags, EvalFlags, type JSValueHandle, QuickJS } from "quickjs-wasi";
import { enginePath } from "../src/build/function/runtime-key.js";

/** The little of Node's WebAssembly that is used here; its types come with the browser's library only. */
declare const WebAssembly: { Module: new (bytes: Uint8Array) => object };

/** All that hello's handler needs of the web's API: far less than a function's prelude has. */
const PRELUDE = "globalThis.Response = class { constructor(body) { this.body = body; } };";

/** A module in bytecode, to be run in as many instances as wanted. The engine itself was compiled once, too. */
export class WasmEngine {
  readonly #engine: object;
  readonly #prelude: Uint8Array;
  readonly #program: Uint8Array;

  private constructor(engine: object, prelude: Uint8Array, program: Uint8Array) {
    this.#engine = engine;
    this.#prelude = prelude;
    this.#program = program;
  }

  /** @param text a module */
  static async open(text: string): Promise<WasmEngine> {
    const engine = new WebAssembly.Module(await readFile(enginePath));
    using compiler = await QuickJS.create({ wasm: engine });
    const prelude = compiler.compile(PRELUDE, "prelude", EvalFlags.TYPE_GLOBAL, CompileFlags.STRIP_SOURCE);
    const program = compiler.compile(text, "handler", EvalFlags.TYPE_MODULE, CompileFlags.STRIP_SOURCE);
    return new WasmEngine(engine, prelude, program);
  }

  /** A new instance that has evaluated the module; what it exports is its global `exported`. */
  async instance(): Promise<QuickJS> {
    const vm = await QuickJS.create({ wasm: this.#engine });
    vm.evalBytecode(this.#prelude).dispose();
    using evaluated = vm.evalBytecode(this.#program);
    using exported = await settled(vm, evaluated);
    vm.setProp(vm.global, "exported", exported);
    return vm;
  }

  /** Makes instances in the state of one that has evaluated the module. */
  async snapshot(): Promise<() => Promise<QuickJS>> {
    using vm = await this.instance();
    const snapshot = vm.snapshot();
    return () => QuickJS.restore(snapshot, { wasm: this.#engine });
  }
}

/** Calls the handler; returns the body that it answers. */
export async function fetchIn(vm: QuickJS, request: { method: string; url: string }): Promise<string> {
  using exported = vm.global.getProp("exported");
  using handler = exported.getProp("default");
  using fetch = handler.getProp("fetch");
  using argument = vm.hostToHandle(request);
  using answer = vm.callFunction(fetch, handler, argument);
  using response = await settled(vm, answer);
  using body = response.getProp("body");
  return body.toString();
}

/** Calls an exported function with values; returns its number. */
export function callIn(vm: QuickJS, name: string, ...values: readonly (string | number)[]): number {
  using exported = vm.global.getProp("exported");
  using called = exported.getProp(name);
  const handles = values.map((value) => vm.hostToHandle(value));
  using result = vm.callFunction(called, vm.undefined, ...handles);
  for (const handle of handles) handle.dispose();
  return result.toNumber();
}

async function settled(vm: QuickJS, promise: JSValueHandle): Promise<JSValueHandle> {
  vm.executePendingJobs();
  const result = await vm.resolvePromise(promise);
  if ("value" in result) return result.value;
  throw new Error(`quickjs-wasi: got ${result.error.toString()}, expected a value`);
}
