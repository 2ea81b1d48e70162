// profile.ts: how often a program takes each of its branches (GCC's -fprofile-use): measured once by running it, and kept by content.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { MayflyError } from "../errors.js";
import { hashOf, type ObjectCache } from "./object-cache.js";

const run = promisify(execFile);

const TRAINING_MS = 120_000;

export interface Training {
  /** The C file to be measured, and the flags that it will be compiled with. */
  readonly source: string;
  readonly flags: readonly string[];
  /** Stands for the source, and for everything that `link` and the program read: the same key is the same profile. */
  readonly key: string;
  /** Links a program of the host, which compiles whatever else it needs; it gets a folder of its own to do that in. */
  readonly link: (object: string, program: string, folder: string) => Promise<void>;
  /** The program's arguments. */
  readonly arguments: (folder: string) => Promise<readonly string[]>;
}

/**
 * Measures a C file by running a program that it is part of. The program must do the same whenever it runs.
 *
 * @returns flags for the compilation that uses what was measured, behind the given ones
 * @throws MayflyError BUILD_FAILED when the compiler cannot measure, or the program fails
 */
export async function profileFlags(
  cache: ObjectCache,
  { source, flags, key, link, arguments: argumentsIn }: Training,
): Promise<string[]> {
  const { command, includeDirectory } = cache.compiler;
  const name = `profile-${hashOf([command, includeDirectory, key, ...flags])}`;
  // The compiler finds a file's profile, and its functions in that, by the name of the output: it must be the same both times.
  const naming = ["-dumpdir", `${cache.directory}/`, "-dumpbase", name];
  const kept = join(cache.directory, `${name}.gcda`);
  if (!(await isThere(kept))) {
    await mkdir(cache.directory, { recursive: true });
    const folder = await mkdtemp(join(cache.directory, "training-"));
    try {
      const object = join(folder, "measured.o");
      const program = join(folder, "program");
      const measuring = ["-fprofile-generate", "-fprofile-update=single"];
      await cache.compiler.run(
        [...flags, ...naming, ...measuring, "-isystem", includeDirectory, "-c", source, "-o", object],
        `compiling ${basename(source)} with counters`,
      );
      await link(object, program, folder);
      // All folders of the place where the profile would be written are stripped, and another is put before its name.
      const env = { GCOV_PREFIX: folder, GCOV_PREFIX_STRIP: "999" };
      await runTraining(program, await argumentsIn(folder), env);
      const counts = join(folder, `${name}.gcda`);
      if (!(await isThere(counts)))
        throw new MayflyError("BUILD_FAILED", `training: got no counts from ${command}'s program`);
      await rename(counts, kept);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  // A profile that does not fit is an error.
  return [...naming, "-fprofile-use", "-Werror=missing-profile", "-Werror=coverage-mismatch"];
}

async function runTraining(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run(program, args, { env, timeout: TRAINING_MS });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new MayflyError("BUILD_FAILED", `training: ${stderr?.trim() || message}`, { cause: error });
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
