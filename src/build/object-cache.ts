// object-cache.ts: compiles a source file once: the object is kept under the hash of everything that went into it.
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Compiler } from "./compiler.js";
import { readIfThere, temporaryBeside, writeAtomically } from "./whole-file.js";

/** What a compilation read besides its source: known only afterwards, and checked before an object is used again. */
interface CompileRecord {
  readonly object: string;
  readonly headers: readonly { readonly path: string; readonly hash: string }[];
}

/** Objects of one compiler in one folder. Several processes may share the folder: files appear whole. */
export class ObjectCache {
  readonly directory: string;
  readonly compiler: Compiler;
  /** Compilations under way, so that images built together share the base layer's. */
  readonly #running = new Map<string, Promise<string>>();

  constructor(directory: string, compiler: Compiler) {
    this.directory = directory;
    this.compiler = compiler;
  }

  /** The path of the object of `source`, compiled now if no kept one fits. Its name is its content's hash. */
  async compile(source: string, flags: readonly string[]): Promise<string> {
    const { command, includeDirectory } = this.compiler;
    const key = hashOf([command, includeDirectory, source, ...flags, await readFile(source)]);
    const running = this.#running.get(key) ?? this.#compile(key, source, flags);
    this.#running.set(key, running);
    try {
      return await running;
    } finally {
      this.#running.delete(key);
    }
  }

  async #compile(key: string, source: string, flags: readonly string[]): Promise<string> {
    const recordPath = join(this.directory, `${key}.json`);
    return (await this.#kept(recordPath)) ?? (await this.#fresh(recordPath, key, source, flags));
  }

  async #kept(recordPath: string): Promise<string | undefined> {
    try {
      const record = JSON.parse(await readFile(recordPath, "utf8")) as CompileRecord;
      for (const { path, hash } of record.headers) {
        if (hashOf([await readFile(path)]) !== hash) return undefined;
      }
      const object = join(this.directory, record.object);
      await stat(object);
      return object;
    } catch {
      // No record, a half-deleted cache, a header that is gone: compile.
      return undefined;
    }
  }

  async #fresh(recordPath: string, key: string, source: string, flags: readonly string[]): Promise<string> {
    await mkdir(this.directory, { recursive: true });
    const object = temporaryBeside(recordPath);
    const dependencies = `${object}.d`;
    try {
      const args = [...flags, "-isystem", this.compiler.includeDirectory, "-MMD", "-MF", dependencies];
      await this.compiler.run([...args, "-c", source, "-o", object], `compiling ${basename(source)}`);
      // Assembler that is not preprocessed (.s) reads no headers and leaves no rule.
      const rule = (await readIfThere(dependencies))?.toString() ?? "";
      const paths = parseDependencies(rule).filter((path) => path !== source);
      const headers = await Promise.all(
        paths.map(async (path) => ({ path, hash: hashOf([await readFile(path)]) })),
      );
      const name = `${hashOf([key, await readFile(object)])}.o`;
      const kept = join(this.directory, name);
      await rename(object, kept);
      await writeAtomically(recordPath, JSON.stringify({ object: name, headers } satisfies CompileRecord));
      return kept;
    } finally {
      await Promise.all([rm(object, { force: true }), rm(dependencies, { force: true })]);
    }
  }
}

/** SHA-256 over the parts, each with its length, so that no two lists of parts look alike. */
export function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(`${Buffer.byteLength(part)}:`);
    hash.update(part);
  }
  return hash.digest("hex").slice(0, 32);
}

/** The prerequisites of a make rule as compilers write it: spaces in names escaped, lines continued. */
export function parseDependencies(rule: string): string[] {
  const prerequisites = rule.replace(/^.*?: /, "").replaceAll("\\\n", " ");
  return (prerequisites.match(/(?:\\.|\S)+/g) ?? []).map((name) =>
    name.replace(/\\(.)/g, "$1").replaceAll("$$", "$"),
  );
}
