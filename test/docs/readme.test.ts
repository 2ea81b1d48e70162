// readme.test.ts: what README.md tells a reader to type does what it says. The commands run in a folder of their own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { whyNoRuntime } from "../function/support.js";
import { finished, noMachine, root, startMayfly } from "../support/mayfly.js";
import { fencedBlocks } from "./fenced-programs.js";

const skip = noMachine();
const blocks = fencedBlocks(readFileSync(join(root, "README.md"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "mayfly-readme-"));
/** Stands in for the one that npm would find in a clone. */
const npx = `npx() { [ "$1" = mayfly ] && shift && "${process.execPath}" "${join(root, "bin", "mayfly.js")}" "$@"; }`;

before(() => {
  mkdirSync(join(folder, "build"));
  symlinkSync(join(root, "build", "apps"), join(folder, "build", "apps"));
  for (const { language, text } of blocks) {
    const name = { c: /^\/\* (\S+\.c) \*\//, ts: /^\/\/ (\S+\.ts)\n/ }[language]?.exec(text)?.[1];
    if (name !== undefined) writeFileSync(join(folder, name), text);
  }
});
after(() => rmSync(folder, { recursive: true }));

const shell = blocks.flatMap(({ language, line, text }, index) => {
  const next = blocks[index + 1];
  return language === "sh" ? [{ line, text, output: next?.language === "text" ? next.text : undefined }] : [];
});
const commands = shell.filter(({ text }) => /^npx mayfly /m.test(text));

test("README.md shows commands and what they print", () => {
  assert.ok(commands.length >= 2);
  assert.ok(commands.some(({ output }) => output !== undefined));
});

for (const { line, text, output } of commands) {
  const lacksRuntime = /mayfly invoke/.test(text) && whyNoRuntime;
  test(`the commands of README.md, line ${line}, do what it says`, {
    skip: skip || lacksRuntime,
  }, async () => {
    const script = `set -e\n${npx}\n${text}`;
    const child = spawn("bash", ["-c", script], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const { status, stdout, stderr } = await finished(child);
    assert.equal(status, 0, stderr);
    // A response's body ends where it ends; a terminal gets a line break behind it.
    if (output !== undefined) assert.ok(`${stdout.trimEnd()}\n`.endsWith(output), stdout);
  });
}

test("the server that npm start starts answers README.md's curl as it says", { skip }, async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const [, flags = "", config] = /bin\/mayfly\.js serve ((?:--\S+ )*)(\S+)$/.exec(scripts.start) ?? [];
  const curl = shell.find(({ text }) => text.startsWith("curl "))!;
  const path = /^curl http:\/\/127\.0\.0\.1:8080(\/\S*)\n$/.exec(curl.text)?.[1];
  assert.ok(config && path && curl.output);
  const { listen } = JSON.parse(readFileSync(join(root, config), "utf8"));
  assert.deepEqual(listen, { host: "127.0.0.1", port: 8080 });

  const server = startMayfly([
    "serve",
    ...flags.split(" ").filter(Boolean),
    "--json",
    "--port=0",
    join(root, config),
  ]);
  const ended = once(server, "exit");
  try {
    const lines = createInterface({ input: server.stdout! });
    const [first] = (await once(lines, "line")) as [string];
    const response = await fetch(`${JSON.parse(first).url}${path}`);
    assert.equal(await response.text(), curl.output);
  } finally {
    server.kill("SIGINT");
  }
  assert.deepEqual(await ended, [0, null]);
});
