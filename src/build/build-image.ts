// build-image.ts: from C sources to an image, step by step. Builds only what is stale; the output appears whole or not at all.
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { MayflyError } from "../errors.js";
import { parseImage } from "../image/image.js";
import { Compiler } from "./compiler.js";
import { baseFlags, linkerScript, linkFlags, programFlags } from "./flags.js";
import { aHandler } from "./function/source.js";
import { notesAssembly } from "./notes.js";
import { hashOf, ObjectCache } from "./object-cache.js";
import { checkOutput } from "./output-place.js";
import { baseDirectory, defaultCacheDirectory } from "./places.js";
import { readIfThere, temporaryBeside, writeAtomically } from "./whole-file.js";

export interface BuildOptions {
  /** C and assembler files, or one directory of them. */
  readonly sources: string | readonly string[];
  /** The manifest's JSON file. By default manifest.json of the directory, or no devices at all when there is none. */
  readonly manifest?: string;
  /** Where the image goes. */
  readonly output: string;
  /** More compiler flags, behind Mayfly's own. */
  readonly flags?: readonly string[];
  /** The compiler, by name or path. */
  readonly cc?: string;
  /** Objects of earlier builds. Share one between builds that run at the same time. */
  readonly cache?: ObjectCache;
}

export interface BuiltImage {
  /** Absolute path. */
  readonly output: string;
  /** Size of the file, bytes. */
  readonly bytes: number;
  /** False when the file was there already and nothing had changed. */
  readonly built: boolean;
}

/**
 * Compiles C sources, links them with the base layer, and checks the result as the monitor will.
 *
 * @param options.sources paths of C files, or a directory
 * @returns the image's path and size
 * @throws MayflyError BUILD_FAILED when the compiler or linker refuses; its `details` are their words
 * @throws MayflyError CONFIG_INVALID for a mistaken manifest, OPTION_INVALID for sources that are none, or an output among them
 *
 * @example
 * const { bytes } = await buildImage({ sources: ["app.c"], manifest: "manifest.json", output: "app.img" });
 */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  const output = resolve(options.output);
  const cache = options.cache ?? (await openCache(options.cc));
  const { files, manifest } = await findSources(options);
  await checkOutput(output, manifest === undefined ? files : [...files, manifest]);
  // Loaded only now: a schema's library takes longer to load than a program without devices to build.
  const devices =
    manifest === undefined ? [] : await (await import("./manifest-file.js")).readManifestFile(manifest);

  const assembly = notesAssembly(devices);
  const notes = join(cache.directory, `notes-${hashOf([assembly])}.S`);
  await writeAtomically(notes, assembly);
  const include = ["-I", baseDirectory];
  const base = await sourcesIn(baseDirectory);
  const objects = await settled([
    ...files.map((file) => cache.compile(file, [...programFlags, ...include, ...(options.flags ?? [])])),
    ...base.map((file) => cache.compile(file, [...programFlags, ...baseFlags, ...include])),
    cache.compile(notes, []),
  ]);

  const recipe = hashOf([
    ...objects.map((object) => basename(object)),
    ...linkFlags,
    await readFile(linkerScript),
  ]);
  const stamp = join(cache.directory, `image-${hashOf([output])}.stamp`);
  const present = await readIfThere(output);
  if (present !== undefined && (await isStampOf(stamp, recipe, present))) {
    return { output, bytes: present.length, built: false };
  }
  const image = await link(cache, objects, basename(output));
  parseImage(image, basename(output));
  await writeAtomically(output, image);
  await writeAtomically(stamp, stampOf(recipe, image));
  return { output, bytes: image.length, built: true };
}

/** The default cache, with a compiler for it. */
export async function openCache(cc?: string): Promise<ObjectCache> {
  return new ObjectCache(defaultCacheDirectory(), await Compiler.find(cc));
}

async function findSources(
  options: BuildOptions,
): Promise<{ files: string[]; manifest: string | undefined }> {
  const named = typeof options.sources === "string" ? [options.sources] : options.sources;
  const files: string[] = [];
  let manifest = options.manifest;
  for (const source of named) {
    const kind = await stat(source).catch(() => undefined);
    if (kind === undefined) throw notASource(source, "a path that does not exist");
    if (!kind.isDirectory()) {
      if (!isSource(source)) throw notASource(source, "another file");
      files.push(resolve(source));
      continue;
    }
    const found = await sourcesIn(source);
    if (found.length === 0) throw notASource(source, "a directory without any");
    files.push(...found);
    const own = join(source, "manifest.json");
    if (manifest === undefined && (await readIfThere(own)) !== undefined) manifest = own;
  }
  if (files.length === 0)
    throw new MayflyError("OPTION_INVALID", "building an image: got no sources, expected C files");
  return { files, manifest };
}

function notASource(source: string, got: string): MayflyError {
  return new MayflyError(
    "OPTION_INVALID",
    `source ${source}: got ${got}, expected C files (.c, .S, .s), or ${aHandler}`,
    {
      mend: "A function is built from its handler's file: mayfly build handler.ts -o handler.img",
    },
  );
}

function isSource(path: string): boolean {
  return /\.(c|S|s)$/.test(path);
}

async function sourcesIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter(isSource).sort();
  return names.map((name) => resolve(directory, name));
}

/** Lets every compilation end before the first failure is told, so that none runs on behind the caller's back. */
async function settled(compilations: readonly Promise<string>[]): Promise<string[]> {
  const results = await Promise.allSettled(compilations);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function link(cache: ObjectCache, objects: readonly string[], name: string): Promise<Buffer> {
  const temporary = temporaryBeside(join(cache.directory, "link"));
  try {
    // libgcc holds what the compiler calls for 128-bit division and the like.
    await cache.compiler.run([...linkFlags, ...objects, "-lgcc", "-o", temporary], `linking ${name}`);
    return await readFile(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

function stampOf(recipe: string, image: Uint8Array): string {
  return hashOf([recipe, image]);
}

async function isStampOf(stamp: string, recipe: string, image: Uint8Array): Promise<boolean> {
  return (await readIfThere(stamp))?.toString() === stampOf(recipe, image);
}
