// bytecode.ts: compiles JavaScript with the very engine that the guest runs, in Node's WebAssembly.
import { readFile } from "node:fs/promises";
import { CompileFlags, EvalFlags, QuickJS } from "quickjs-wasi";
import { MayflyError } from "../../errors.js";
import { enginePath } from "./runtime.js";

/** A compiler for as many modules as a build has. Dispose of it. */
export class BytecodeCompiler {
  readonly #engine: QuickJS;

  private constructor(engine: QuickJS) {
    this.#engine = engine;
  }

  static async open(): Promise<BytecodeCompiler> {
    return new BytecodeCompiler(await QuickJS.create({ wasm: await readFile(enginePath) }));
  }

  /**
   * Compiles a module.
   *
   * @param name what stacks call it
   * @throws MayflyError BUILD_FAILED when the engine refuses what esbuild let pass
   */
  compile(code: string, name: string): Uint8Array {
    try {
      return this.#engine.compile(code, name, EvalFlags.TYPE_MODULE, CompileFlags.STRIP_SOURCE);
    } catch (error) {
      throw new MayflyError("BUILD_FAILED", `compiling ${name}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  [Symbol.dispose](): void {
    this.#engine.dispose();
  }
}
