// bytecode.ts: compiles JavaScript with the very engine that the guest runs, in Node's WebAssembly.
import { readFile } from "node:fs/promises";
import type { QuickJS } from "quickjs-wasi";
import type { MayflyError } from "../../errors.js";
import type { Bundle } from "./bundle.js";
import { buildFailure, type Place } from "./mistakes.js";
import { readPlace } from "./read-place.js";
import { enginePath } from "./runtime-key.js";

/** The little of Node's WebAssembly that is used here; its types come with the browser's library only. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

type Package = typeof import("quickjs-wasi");
type Module = Extract<Parameters<Package["QuickJS"]["create"]>[0], { wasm: unknown }>["wasm"];

/** The engine, translated for this machine: that takes four times as long as to open a compiler. */
export class BytecodeEngine {
  readonly #module: Module;
  readonly #package: Package;

  private constructor(module: Module, from: Package) {
    this.#module = module;
    this.#package = from;
  }

  static async load(): Promise<BytecodeEngine> {
    const wasm = readFile(enginePath);
    // Loaded only now, while esbuild works.
    const from = await import("quickjs-wasi");
    return new BytecodeEngine((await WebAssembly.compile(await wasm)) as Module, from);
  }

  /** A compiler in which nobody else's modules are. */
  async open(): Promise<BytecodeCompiler> {
    return new BytecodeCompiler(await this.#package.QuickJS.create({ wasm: this.#module }), this.#package);
  }
}

/** A compiler for as many modules as a build has. Dispose of it. */
export class BytecodeCompiler {
  /** Name and version: "quickjs-ng 0.17.0". */
  readonly engineName: string;
  readonly #engine: QuickJS;
  readonly #package: Package;

  /** Use `BytecodeEngine.open`. */
  constructor(engine: QuickJS, from: Package) {
    this.#engine = engine;
    this.#package = from;
    this.engineName = `quickjs-ng ${engine.versions.quickjs}`;
  }

  /**
   * Compiles a module.
   *
   * @param mapDirectory what the source map's paths are relative to
   * @throws MayflyError BUILD_FAILED when the engine refuses what esbuild let pass
   */
  async compile(bundle: Bundle, mapDirectory: string): Promise<Uint8Array> {
    const { EvalFlags, CompileFlags } = this.#package;
    try {
      return this.#engine.compile(bundle.code, bundle.name, EvalFlags.TYPE_MODULE, CompileFlags.STRIP_SOURCE);
    } catch (cause) {
      throw await this.#refusal(bundle, mapDirectory, (cause as Error).message);
    }
  }

  /** Asks again in the way that tells where; of a regular expression this engine never does. */
  async #refusal(bundle: Bundle, mapDirectory: string, message: string): Promise<MayflyError> {
    const { code, entry, name } = bundle;
    const { EvalFlags } = this.#package;
    let text = message;
    let where = "";
    try {
      this.#engine.evalCode(code, name, EvalFlags.TYPE_MODULE | EvalFlags.COMPILE_ONLY).dispose();
    } catch (error) {
      text = `${(error as Error).name}: ${(error as Error).message}`;
      where = (error as Error).stack ?? "";
    }
    const { frameIn } = await import("../../source-map/frames.js");
    const { findBadExpression } = await import("./regular-expression.js");
    const frame = frameIn(where.split("\n")[0]!, name);
    const expression = frame === undefined ? findBadExpression(code) : undefined;
    if (expression !== undefined) text = `SyntaxError: ${expression.message}`;
    const place = await placeIn(bundle, mapDirectory, frame ?? expression);
    return buildFailure(`building ${entry}`, [{ text, ...(place === undefined ? {} : { place }) }]);
  }

  [Symbol.dispose](): void {
    this.#engine.dispose();
  }
}

/** The user's own place of one in the bundle. */
async function placeIn(
  { sourceMap }: Bundle,
  mapDirectory: string,
  found: { readonly line: number; readonly column: number; readonly length?: number } | undefined,
): Promise<Place | undefined> {
  if (found === undefined) return undefined;
  const { SourceMap } = await import("../../source-map/source-map.js");
  const source = new SourceMap(sourceMap, mapDirectory).placeOf(found.line, found.column);
  const place = source === undefined ? undefined : await readPlace(source.file, source.line, source.column);
  return place && { ...place, length: found.length ?? place.length };
}
