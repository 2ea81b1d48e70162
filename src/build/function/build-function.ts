// build-function.ts: from a handler in TypeScript or JavaScript to an image: bundle, bytecode, runtime, one file.
import { basename, join, resolve } from "node:path";
import { parseImage } from "../../image/image.js";
import type { BuiltImage } from "../build-image.js";
import { checkOutput } from "../output-place.js";
import { readIfThere, writeAtomically } from "../whole-file.js";
import { appendSegment } from "./append-segment.js";
import { packApplication } from "./application.js";
import { bundleHandler, bundlePrelude } from "./bundle.js";
import { BytecodeCompiler } from "./bytecode.js";
import { LINEAR_BASE } from "./layout.js";
import { buildRuntime, type RuntimeOptions } from "./runtime.js";
import { runtimeDirectory } from "./runtime-flags.js";

export interface BuildFunctionOptions extends RuntimeOptions {
  /** The handler's file: .ts, .js or .mjs. Its default export has `fetch(request)`. */
  readonly source: string;
  /** Where the image goes. Its source map goes beside it, with `.map` behind the name. */
  readonly output: string;
}

/**
 * Builds a function's image.
 *
 * @param options.source path of the handler
 * @returns the image's path and size
 * @throws MayflyError BUILD_FAILED naming file, line and column of a mistake, or what is missing to build the runtime
 *
 * @example
 * const { bytes } = await buildFunction({ source: "handler.ts", output: "handler.img" });
 */
export async function buildFunction(options: BuildFunctionOptions): Promise<BuiltImage> {
  const output = resolve(options.output);
  await checkOutput(output, [options.source]);
  const [program, prelude, runtime] = await settled(
    bundleHandler(options.source),
    bundlePrelude(join(runtimeDirectory, "prelude")),
    buildRuntime(options),
  );
  using compiler = await BytecodeCompiler.open();
  const application = packApplication(
    compiler.compile(prelude.code, "mayfly:prelude"),
    compiler.compile(program.code, basename(options.source)),
  );
  const image = appendSegment(runtime.image, LINEAR_BASE + runtime.linearBytes, application);
  parseImage(image, basename(output));
  const present = await readIfThere(output);
  const built = present === undefined || !image.equals(present);
  if (built) await writeAtomically(output, image);
  await writeAtomically(`${output}.map`, program.sourceMap);
  return { output, bytes: image.length, built };
}

/** Waits for all of them before the first failure is told, so that nothing works on behind the caller's back. */
async function settled<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}
