// build-function.ts: from a handler in TypeScript or JavaScript to an image: bundle, bytecode, runtime, one file.
import assert from "node:assert/strict";
import { basename, dirname, resolve } from "node:path";
import { type Application, hashOfSourceMap, readApplication } from "../../image/application.js";
import { parseImage } from "../../image/image.js";
import type { BuiltImage } from "../build-image.js";
import { checkOutput } from "../output-place.js";
import { readIfThere, writeAtomically } from "../whole-file.js";
import { appendSegment } from "./append-segment.js";
import { packApplication } from "./application.js";
import { bundleHandler } from "./bundle.js";
import { LINEAR_BASE } from "./layout.js";
import { loadingCode } from "./parts.js";
import type { RuntimeOptions } from "./runtime.js";
import { checkHandler } from "./source.js";
import { Toolchain } from "./toolchain.js";

export interface BuildFunctionOptions extends RuntimeOptions {
  /** The handler's file: .ts, .mts, .tsx, .js, .mjs or .jsx. Its default export has `fetch(request)`. */
  readonly source: string;
  /** Where the image goes. Its source map goes beside it, with `.map` behind the name. */
  readonly output: string;
  /** Whether to check types, too: the project's own TypeScript does it. False unless given. */
  readonly check?: boolean;
}

export interface BuiltFunction extends BuiltImage {
  /** Absolute paths of the files that it was made of: the handler's, and what it imports. Of a link, its own path and its file's. */
  readonly inputs: readonly string[];
}

/**
 * Builds a function's image.
 *
 * @param options.source path of the handler
 * @returns the image's path and size
 * @throws MayflyError BUILD_FAILED naming file, line and column of a mistake, or what is missing to build the runtime
 * @throws MayflyError OPTION_INVALID for a handler that is no file, or an output that is one of the sources
 *
 * @example
 * const { bytes } = await buildFunction({ source: "handler.ts", output: "handler.img" });
 */
export function buildFunction(options: BuildFunctionOptions): Promise<BuiltFunction> {
  return buildWith(new Toolchain(options), options);
}

/** The same, with tools that further builds have, too. */
export async function buildWith(
  tools: Toolchain,
  { source, check = false, ...options }: Pick<BuildFunctionOptions, "source" | "output" | "check">,
): Promise<BuiltFunction> {
  const output = resolve(options.output);
  await checkHandler(source);
  await checkOutput(output, [source]);
  // In this order: esbuild works in a process of its own while the engine is loaded here.
  const bundling = bundleHandler(source, dirname(output));
  const [bundle, runtime, engine, prelude, parts] = await settled(
    bundling,
    tools.runtime(),
    tools.engine(),
    tools.prelude(),
    tools.parts(),
    check ? checkTypes(source) : undefined,
  );
  using compiler = await engine.open();
  await checkOutput(output, bundle.inputs);
  // On the first line, so that the source map's lines stay right.
  const program = { ...bundle, code: loadingCode(bundle.code, parts) + bundle.code };
  const application: Application = {
    engine: compiler.engineName,
    prelude,
    program: await compiler.compile(program, dirname(output)),
    sourceMapHash: hashOfSourceMap(bundle.sourceMap),
  };
  const image = appendSegment(runtime.image, LINEAR_BASE + runtime.linearBytes, packApplication(application));
  verify(image, basename(output), application);
  const present = await readIfThere(output);
  const built = present === undefined || !image.equals(present);
  // The map first: an image never lies beside the map of an older one.
  await writeAtomically(`${output}.map`, bundle.sourceMap);
  if (built) await writeAtomically(output, image);
  return { output, bytes: image.length, built, inputs: bundle.inputs };
}

async function checkTypes(source: string): Promise<void> {
  // Loaded only when it is asked for.
  await (await import("../type-check/check-types.js")).checkTypes(source);
}

/** Reads back what is about to be written, as the monitor and the runtime will. */
function verify(image: Buffer, name: string, expected: Application): void {
  const read = readApplication(parseImage(image, name));
  assert.ok(read?.engine === expected.engine, "the engine's name was written");
  for (const part of ["prelude", "program", "sourceMapHash"] as const)
    assert.ok(Buffer.compare(read[part], expected[part]) === 0, `the ${part} was written`);
}

/** Waits for all of them before the first failure is told, so that nothing works on behind the caller's back. */
async function settled<T extends readonly unknown[]>(
  ...work: { [K in keyof T]: Promise<T[K]> | T[K] }
): Promise<T> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}
