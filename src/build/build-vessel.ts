// build-vessel.ts: compiles the process machine's vessel (guest/vessel) into one static program for the host's kernel.
import { chmod, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type BuiltImage, openCache } from "./build-image.js";
import type { ObjectCache } from "./object-cache.js";
import { packageRoot } from "./places.js";
import { readIfThere, temporaryBeside, writeAtomically } from "./whole-file.js";

const sources = ["nursery.c", "filter.c", "vessel.c", "hand-over.S"].map((name) =>
  join(packageRoot, "guest", "vessel", name),
);

const flags: readonly string[] = [
  "-std=gnu11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-Wshadow",
  "-ffreestanding",
  // Neither libc nor kernel headers: what it needs to know is in kernel.h.
  "-nostdinc",
  // Addresses by rip, since it is linked beyond what 32 bits reach.
  "-fpie",
  "-fvisibility=hidden",
  // A canary would lie in thread-local storage, and it has none.
  "-fno-stack-protector",
  "-fcf-protection=none",
  "-mgeneral-regs-only",
  "-fno-asynchronous-unwind-tables",
];

const linkFlags: readonly string[] = [
  "-static",
  "-nostdlib",
  "-no-pie",
  // Far above every guest's memory.
  "-Wl,-Ttext-segment=0x600000000000",
  "-Wl,--build-id=none",
  "-Wl,-z,noexecstack",
];

/**
 * Builds the vessel; a file that would be the same is left alone.
 *
 * @param path where it goes, by default where the process machine looks: `build/vessel`
 * @throws BuildError (BUILD_FAILED) when the compiler or linker refuses
 */
export async function buildVessel(
  path: string = join(packageRoot, "build", "vessel"),
  sharedCache?: ObjectCache,
): Promise<BuiltImage> {
  const output = resolve(path);
  const cache = sharedCache ?? (await openCache());
  const objects = await Promise.all(sources.map((source) => cache.compile(source, flags)));
  const temporary = temporaryBeside(join(cache.directory, "vessel"));
  try {
    await cache.compiler.run([...linkFlags, ...objects, "-o", temporary], "linking the vessel");
    const program = await readFile(temporary);
    const present = await readIfThere(output);
    const built = present === undefined || !program.equals(present);
    if (built) await writeAtomically(output, program);
    await chmod(output, 0o755);
    return { output, bytes: program.length, built };
  } finally {
    await rm(temporary, { force: true });
  }
}
