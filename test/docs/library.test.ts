// library.test.ts: every program of docs/library.md compiles as a user's would, runs, and prints what the page says.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import * as library from "../../src/index.js";
import { noMachine, root } from "../support/mayfly.js";
import { fencedPrograms } from "./fenced-programs.js";

const execute = promisify(execFile);
const page = readFileSync(join(root, "docs", "library.md"), "utf8");
const programs = fencedPrograms(page);
const project = mkdtempSync(join(tmpdir(), "mayfly-library-"));

/** As docs/library.md tells users to compile. */
const compilerOptions = {
  target: "ES2022",
  lib: ["ES2022", "ESNext.Disposable"],
  module: "NodeNext",
  types: ["node"],
  strict: true,
  rootDir: ".",
  outDir: "out",
};

before(async () => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "mayfly"));
  symlinkSync(join(root, "node_modules", "@types"), join(project, "node_modules", "@types"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  const include = programs.filter(({ language }) => language === "ts").map(({ line }) => `line-${line}.ts`);
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
  mkdirSync(join(project, "out"));
  for (const { language, line, source } of programs)
    writeFileSync(join(project, language === "ts" ? "." : "out", `line-${line}.${language}`), source);
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  await execute(process.execPath, [compiler, "--project", project]).catch((error: { stdout: string }) => {
    throw new Error(`docs/library.md does not compile\n${error.stdout}`);
  });
});
after(() => rmSync(project, { recursive: true }));

test("docs/library.md has programs, and says what each prints", () => {
  assert.ok(programs.length >= 3);
  for (const { line, output } of programs) assert.ok(output, `the program of line ${line}`);
});

test("docs/library.md names everything that a program can call", () => {
  const absent = Object.keys(library).filter((name) => !page.includes(`\`${name}\``));
  assert.deepEqual(absent, []);
});

for (const { line, output } of programs) {
  test(`the program of docs/library.md, line ${line}, prints what the page says`, {
    skip: noMachine(),
  }, async () => {
    const { stdout, stderr } = await execute(process.execPath, [join(project, "out", `line-${line}.js`)], {
      cwd: root,
    });
    assert.deepEqual({ stdout, stderr }, { stdout: output, stderr: "" });
  });
}
