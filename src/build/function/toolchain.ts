// toolchain.ts: what every handler is built with: engine, runtime, prelude. Each is read when it is first needed, and once.
import { BytecodeEngine } from "./bytecode.js";
import { type Parts, readParts } from "./parts.js";
import { preludeBytecode } from "./prelude.js";
import { buildRuntime, type Runtime, type RuntimeOptions } from "./runtime.js";

/**
 * The tools as their files are now. To read and hash them takes longer than all the rest of building a small handler: whoever builds many
 * shares one, and takes another for the next time, when files may have changed.
 */
export class Toolchain {
  readonly #options: RuntimeOptions;
  #engine: Promise<BytecodeEngine> | undefined;
  #runtime: Promise<Runtime> | undefined;
  #prelude: Promise<Uint8Array> | undefined;
  #parts: Promise<Parts> | undefined;

  constructor(options: RuntimeOptions = {}) {
    this.#options = options;
  }

  /** Compiles JavaScript for the engine in the runtime. */
  engine(): Promise<BytecodeEngine> {
    this.#engine ??= BytecodeEngine.load();
    return this.#engine;
  }

  /** @throws as buildRuntime */
  runtime(): Promise<Runtime> {
    this.#runtime ??= buildRuntime(this.#options);
    return this.#runtime;
  }

  prelude(): Promise<Uint8Array> {
    this.#prelude ??= preludeBytecode(this.runtime(), this.engine());
    return this.#prelude;
  }

  /** The prelude's parts, by name. */
  parts(): Promise<Parts> {
    this.#parts ??= readParts();
    return this.#parts;
  }
}
