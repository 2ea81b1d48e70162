// profile.test.ts: a program is measured once, what was measured fits the next compilation, and a failure says what went wrong.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Compiler } from "./compiler.js";
import { ObjectCache } from "./object-cache.js";
import { profileFlags, type Training } from "./profile.js";

const PROGRAM = `
#include <stdio.h>
static int __attribute__((noinline)) collatz(int n) { int steps = 0; while (n != 1) { n = n % 2 ? 3 * n + 1 : n / 2; steps++; } return steps; }
int main(int count, char **arguments)
{
    FILE *log = fopen(arguments[1], "a");
    if (log == NULL) { fputs("no log", stderr); return 1; }
    fprintf(log, "%d\\n", collatz(27));
    return fclose(log);
}
`;

let folder: string;
let cache: ObjectCache;
let source: string;
let log: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mayfly-profile-"));
  cache = new ObjectCache(join(folder, "cache"), await Compiler.find());
  source = join(folder, "program.c");
  log = join(folder, "log");
  await writeFile(source, PROGRAM);
});

after(() => rm(folder, { recursive: true }));

function training(key: string, argument = log): Training {
  return {
    source,
    flags: ["-O2"],
    key,
    link: (object, program) =>
      cache.compiler.run(["-fprofile-generate", object, "-o", program], "linking the program"),
    arguments: async () => [argument],
  };
}

test("profileFlags runs the program once for a key, and its flags make a compilation use what was measured", async () => {
  const flags = await profileFlags(cache, training("first"));
  assert.equal(await readFile(log, "utf8"), "111\n");
  // The flags turn a profile that is missing or does not fit into an error.
  const object = await cache.compile(source, ["-O2", ...flags]);
  const without = await cache.compile(source, ["-O2"]);
  assert.notDeepEqual(await readFile(object), await readFile(without));
  assert.deepEqual(await profileFlags(cache, training("first")), flags);
  assert.equal(await readFile(log, "utf8"), "111\n", "kept");
  await profileFlags(cache, training("second"));
  assert.equal(await readFile(log, "utf8"), "111\n111\n");
});

test("profileFlags tells what a program said that failed, and leaves nothing behind", async () => {
  await assert.rejects(profileFlags(cache, training("third", "/nowhere/log")), {
    code: "BUILD_FAILED",
    message: "training: no log",
  });
  const left = await readdir(cache.directory);
  assert.deepEqual(
    left.filter((name) => name.startsWith("training-")),
    [],
  );
});

test("a compilation that finds no profile is an error", async () => {
  const flags = await profileFlags(cache, training("fourth"));
  for (const name of await readdir(cache.directory))
    if (name.endsWith(".gcda")) await rm(join(cache.directory, name));
  await assert.rejects(cache.compile(source, ["-O2", ...flags]), { code: "BUILD_FAILED" });
});
