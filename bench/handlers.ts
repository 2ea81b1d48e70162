// handlers.ts: the handlers in functions/, as images and as modules. An image is built when it is first asked for.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFunction } from "../src/build/function/build-function.js";
import { buildRuntime } from "../src/build/function/runtime.js";

export type HandlerName = "hello" | "counter" | "compute";

/** Images of functions, for all machines alike. */
export class Handlers {
  readonly #scratch: string;
  readonly #images = new Map<HandlerName, Promise<string>>();

  private constructor(scratch: string) {
    this.#scratch = scratch;
  }

  /**
   * Makes sure that functions can be built.
   *
   * @param scratch where images are put
   * @throws MayflyError BUILD_FAILED when what the JavaScript runtime is built with is missing
   */
  static async open(scratch: string, progress: (text: string) => void): Promise<Handlers> {
    await buildRuntime({ onSlowStep: progress });
    return new Handlers(scratch);
  }

  /** The module as Node.js imports it; an image is built of the same file. */
  modulePath(name: HandlerName): string {
    return fileURLToPath(new URL(`functions/${name}.js`, import.meta.url));
  }

  moduleText(name: HandlerName): Promise<string> {
    return readFile(this.modulePath(name), "utf8");
  }

  /** The path of its image. */
  image(name: HandlerName): Promise<string> {
    const present = this.#images.get(name);
    if (present !== undefined) return present;
    const output = join(this.#scratch, `${name}-function.img`);
    const image = buildFunction({ source: this.modulePath(name), output }).then(() => output);
    this.#images.set(name, image);
    return image;
  }
}
