// build-image.test.ts: images from C sources: what they hold, what is built again, and what a mistake looks like.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type BuildOptions, buildImage } from "../../src/build/build-image.js";
import { Compiler } from "../../src/build/compiler.js";
import { ObjectCache } from "../../src/build/object-cache.js";
import { packageRoot } from "../../src/build/places.js";
import { MayflyError } from "../../src/errors.js";
import { loadImage } from "../../src/image/image.js";
import { scratchFolder } from "./scratch.js";

const portable = join(packageRoot, "test", "build", "portable");
const main = "#include <solo5.h>\nint solo5_app_main(const struct solo5_start_info *info) { (void)info; ";

/** A folder with the files given, and how to build it. */
async function project(context: TestContext, files: Record<string, string>) {
  const folder = await scratchFolder(context);
  const sources = join(folder, "app");
  await mkdir(sources);
  for (const [name, content] of Object.entries(files)) await writeFile(join(sources, name), content);
  const output = join(folder, "out", "app.img");
  const build = async (options: Partial<BuildOptions> = {}) => buildImage({ sources, output, ...options });
  return { folder, sources, output, build };
}

test("a program for Solo5's interface compiles, and its image declares its devices", async (context) => {
  const output = join(await scratchFolder(context), "portable.img");
  const { bytes, built } = await buildImage({ sources: portable, output, flags: ["-Werror"] });
  assert.equal(built, true);
  assert.equal(bytes, (await readFile(output)).length);
  const image = await loadImage(output);
  assert.equal(image.target, "hvt");
  assert.deepEqual(
    image.devices.map(({ name, type, handle }) => ({ name, type, handle })),
    [
      { name: "storage", type: "block", handle: 1 },
      { name: "service", type: "net", handle: 2 },
    ],
  );
  assert.deepEqual(
    image.segments.map(({ permissions }) => permissions),
    ["rx", "r", "rw"],
  );
  assert.equal(image.symbolAt(image.entry)?.name, "_start");
});

test("a host's kernel refuses to run an image", async (context) => {
  const { output, build } = await project(context, { "app.c": `${main}return 0; }` });
  await build();
  spawnSync("chmod", ["+x", output]);
  // The interpreter that it names does not exist; execve reports that as the file's absence.
  assert.equal((spawnSync(output).error as NodeJS.ErrnoException).code, "ENOENT");
});

test("a second build does nothing, and a change of source, header, flags or manifest builds again", async (context) => {
  const { sources, build } = await project(context, {
    "app.c": `#include "status.h"\n${main}return STATUS; }`,
    "status.h": "#define STATUS 1\n",
  });
  assert.equal((await build()).built, true);
  assert.equal((await build()).built, false);
  await writeFile(join(sources, "status.h"), "#define STATUS 2\n");
  assert.equal((await build()).built, true);
  assert.equal((await build()).built, false);
  await writeFile(join(sources, "app.c"), `${main}return 3; }`);
  assert.equal((await build()).built, true);
  assert.equal((await build({ flags: ["-O1", "-DX=1"] })).built, true);
  await build();
  await writeFile(
    join(sources, "manifest.json"),
    '{"type":"solo5.manifest","version":1,"devices":[{"name":"disk","type":"BLOCK_BASIC"}]}',
  );
  const { built, output } = await build();
  assert.equal(built, true);
  assert.deepEqual(
    (await loadImage(output)).devices.map(({ name }) => name),
    ["disk"],
  );
});

test("an image that somebody changed is built again", async (context) => {
  const { output, build } = await project(context, { "app.c": `${main}return 0; }` });
  await build();
  const right = await readFile(output);
  await writeFile(output, "something else");
  assert.equal((await build()).built, true);
  assert.deepEqual(await readFile(output), right);
});

test("builds at the same time share the base layer's objects", async (context) => {
  const { folder, sources } = await project(context, { "app.c": `${main}return 0; }` });
  const cache = new ObjectCache(join(folder, "cache"), await Compiler.find());
  const names = ["a", "b", "c", "d"];
  const images = await Promise.all(
    names.map((name) => buildImage({ sources, output: join(folder, `${name}.img`), cache })),
  );
  assert.ok(images.every(({ built }) => built));
  const objects = (await readdir(cache.directory)).filter((name) => name.endsWith(".o"));
  const records = (await readdir(cache.directory)).filter((name) => name.endsWith(".json"));
  assert.equal(objects.length, records.length);
});

test("a compiler's error is one line, with all its words beside it, and nothing is left behind", async (context) => {
  const { folder, output, build } = await project(context, {
    "app.c": `${main}return nothing; }\nint x = ;\n`,
  });
  const cache = new ObjectCache(join(folder, "cache"), await Compiler.find());
  await assert.rejects(build({ cache }), (error) => {
    assert.ok(error instanceof MayflyError);
    assert.equal(error.code, "BUILD_FAILED");
    assert.match(error.message, /^compiling app\.c failed: .*app\.c:2:\d+: error: .*nothing.*$/);
    assert.match(error.details ?? "", /app\.c:3:\d+: error: expected expression/);
    return true;
  });
  await assert.rejects(readFile(output), { code: "ENOENT" });
  assert.deepEqual(
    (await readdir(cache.directory)).filter((name) => name.includes(".tmp")),
    [],
  );
});

test("a failed build keeps the image that was there", async (context) => {
  const { sources, output, build } = await project(context, { "app.c": `${main}return 0; }` });
  await build();
  const before = await readFile(output);
  await writeFile(join(sources, "app.c"), `${main}return missing(); }\n`);
  await assert.rejects(build({ flags: ["-Wno-implicit-function-declaration"] }), (error) => {
    assert.ok(error instanceof MayflyError);
    assert.match(error.message, /^linking app\.img failed: .*undefined reference to `missing'$/);
    return true;
  });
  assert.deepEqual(await readFile(output), before);
});

test("a program without solo5_app_main is told so", async (context) => {
  const { build } = await project(context, { "app.c": "int main(void) { return 0; }\n" });
  await assert.rejects(build(), { code: "BUILD_FAILED", message: /undefined reference to `solo5_app_main'/ });
});

test("a host's header is not found, as an image has no use for it", async (context) => {
  const { build } = await project(context, { "app.c": "#include <unistd.h>\n" });
  await assert.rejects(build(), { code: "BUILD_FAILED", message: /unistd\.h: No such file/ });
});

test("sources that are none are named", async (context) => {
  const { folder, sources, output } = await project(context, { "notes.txt": "" });
  const cases: [string | string[], RegExp][] = [
    [join(folder, "absent.c"), /^source .*absent\.c: got a path that does not exist, expected C files/],
    [join(sources, "notes.txt"), /^source .*notes\.txt: got another file, expected C files/],
    [sources, /^source .*app: got a directory without any, expected C files/],
    [[], /^building an image: got no sources, expected C files$/],
  ];
  for (const [from, message] of cases) {
    await assert.rejects(buildImage({ sources: from, output }), { code: "OPTION_INVALID", message });
  }
});

test("an output that is a source, the manifest, a directory or a device is refused and left as it was", async (context) => {
  const { folder, sources, build } = await project(context, {
    "app.c": `${main}return 0; }`,
    "manifest.json": '{"type":"solo5.manifest","version":1,"devices":[]}',
  });
  const [app, manifest] = [join(sources, "app.c"), join(sources, "manifest.json")];
  const cases: [string, string][] = [
    [app, "a source, expected a path of its own"],
    [manifest, "a source, expected a path of its own"],
    [folder, "a directory or a device, expected the path of a file"],
    ["/dev/null", "a directory or a device, expected the path of a file"],
  ];
  for (const [output, problem] of cases) {
    const message = `output ${output}: got ${problem}`;
    await assert.rejects(build({ output }), { code: "OPTION_INVALID", message });
  }
  assert.equal(await readFile(app, "utf8"), `${main}return 0; }`);
});

test("a compiler that does not exist is named with the mend", async () => {
  await assert.rejects(Compiler.find("no-such-compiler"), (error) => {
    assert.ok(error instanceof MayflyError);
    // EACCES where a folder of PATH is another user's.
    assert.match(error.message, /^running the compiler: got (ENOENT|EACCES) from no-such-compiler$/);
    assert.match(error.mend ?? "", /apt-get install gcc/);
    return true;
  });
});
