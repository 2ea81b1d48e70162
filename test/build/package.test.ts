// package.test.ts: what npm would publish runs images, builds them, and brings no test along: packed, unpacked, used from outside.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { whyNoRuntime } from "../function/support.js";
import { root } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";

const project = mkdtempSync(join(tmpdir(), "mayfly-package-"));
const modules = join(project, "node_modules");
const installed = join(modules, "mayfly");
const command = join(modules, ".bin", "mayfly");

/** As `npm install` does with the tarball; the packages that it depends on are this clone's. */
before(() => {
  // Without scripts: what `prepack` makes is made already, and other tests are using it.
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  mkdirSync(join(modules, ".bin"), { recursive: true });
  mkdirSync(installed);
  execFileSync("tar", ["-xzf", join(project, filename), "--strip-components=1", "-C", installed]);
  symlinkSync("../mayfly/bin/mayfly.js", command);
  for (const name of readdirSync(join(root, "node_modules")).filter((name) => !name.startsWith(".")))
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
});
after(() => rmSync(project, { recursive: true }));

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: project, encoding: "utf8" });

test("the package has what runs and what builds, and no tests", () => {
  assert.ok(statSync(join(installed, "build", "vessel")).mode & 0o100, "the vessel can be executed");
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  for (const file of [
    "guest/base/solo5.h",
    "guest/vessel/vessel.c",
    "docs/security.md",
    "dist/src/index.d.ts",
  ])
    assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter((file) => /\.(test|cases|fixture)\./.test(file)),
    [],
  );
});

test("npx finds the command", () => {
  assert.match(run("npx", "--no", "mayfly", "--version"), /^\d+\.\d+\.\d+\n$/);
});

for (const { kind, skip } of machines) {
  test(`${kind}: an image is built by the package's command, from the sources that it brings, and runs`, {
    skip,
  }, () => {
    run(command, "build", join(installed, "guest", "apps", "hello"), "-o", "hello.img");
    assert.equal(run(command, "run", `--machine=${kind}`, "hello.img"), "Hello, world!\n");
  });

  test(`${kind}: a program that imports the package runs an image`, { skip }, () => {
    run(command, "build", join(installed, "guest", "apps", "hello"), "-o", "hello.img");
    const program = `
      import { ConsoleCollector, loadImage, Monitor } from "mayfly";
      const output = new ConsoleCollector(1024);
      const monitor = Monitor.open({ machine: "${kind}" });
      const vm = monitor.create(await loadImage("hello.img"), { console: output.sink, exchange: false });
      const { status } = await vm.run();
      await monitor.close();
      console.log(status, output.text());`;
    assert.equal(run(process.execPath, "--input-type=module", "--eval", program), "0 Hello, world!\n\n");
  });
}

test("a function is built by the package's command where there is no compiler", {
  skip: whyNoRuntime,
}, () => {
  writeFileSync(join(project, "handler.ts"), "export default { fetch: () => new Response(String(1 + 1)) };");
  mkdirSync(join(project, "bin"), { recursive: true });
  symlinkSync(process.execPath, join(project, "bin", "node"));
  const env = { PATH: join(project, "bin"), XDG_CACHE_HOME: join(project, "cache") };
  const built = execFileSync(command, ["build", "handler.ts", "-o", "handler.img"], {
    cwd: project,
    encoding: "utf8",
    env,
  });
  assert.match(built, /^handler\.img .* built in /);
});
