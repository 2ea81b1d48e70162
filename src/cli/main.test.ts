// main.test.ts: the command as a user meets it: bin/mayfly.js in a process of its own.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { commands } from "./commands.js";

const bin = fileURLToPath(new URL("../../../bin/mayfly.js", import.meta.url));

function mayfly(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("--version prints the package's version", () => {
  const file = new URL("../../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  assert.deepEqual(mayfly("--version"), { status: 0, stdout: `${version}\n`, stderr: "" });
});

test("--help names every command with its line", () => {
  const { status, stdout } = mayfly("--help");
  assert.equal(status, 0);
  // Commander wraps long lines.
  const words = stdout.replace(/\s+/g, " ");
  for (const { name, summary } of commands) assert.ok(words.includes(`${name} ${summary}`), name);
});

for (const { name, examples } of commands) {
  test(`mayfly ${name} --help shows its options and examples`, () => {
    const { status, stdout, stderr } = mayfly(name, "--help");
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    assert.match(stdout, new RegExp(`^Usage: mayfly ${name} `));
    assert.match(stdout, /\n {2}--debug /);
    for (const [line, meaning] of examples) {
      assert.ok(stdout.includes(line), line);
      assert.ok(stdout.includes(meaning), meaning);
    }
    const [described = "", ...lists] = stdout.split("Examples:");
    assert.equal(lists.length, 1, "one list of examples");
    const options = examples.flatMap(([line]) => line.match(/ --?[a-z-]+/g) ?? []);
    for (const option of options) assert.ok(described.includes(option.trim()), `${option} is described`);
  });
}

test("help COMMAND prints the command's help", () => {
  assert.equal(mayfly("help", "inspect").stdout, mayfly("inspect", "--help").stdout);
});

test("without a command the help goes to stderr and the status is 1", () => {
  const { status, stdout, stderr } = mayfly();
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.match(stderr, /^Usage: mayfly /);
});

test("an unknown command is one line, a guess and status 1", () => {
  const expected = "mayfly: unknown command 'inspekt'\n→ Did you mean inspect? See mayfly --help\n";
  assert.deepEqual(mayfly("inspekt", "a.img"), { status: 1, stdout: "", stderr: expected });
});

test("an error is one line without a stack, and --debug, before or after the command, adds it", () => {
  const { status, stdout, stderr } = mayfly("inspect", "/nowhere/a.img");
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.match(stderr, /^mayfly: .*\/nowhere\/a\.img.*\n(→ .*\n)?$/);
  assert.match(mayfly("--debug", "inspect", "/nowhere/a.img").stderr, /\n {4}at /);
  assert.match(mayfly("inspect", "--debug", "/nowhere/a.img").stderr, /\n {4}at /);
});

test("a reader that closes the pipe at once ends the command without an error", async () => {
  const child = spawn(process.execPath, [bin, "completion", "zsh"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.deepEqual({ status, errors }, { status: 0, errors: "" });
});

test("output to a full disk is one line and status 1", () => {
  const full = openSync("/dev/full", "w");
  try {
    const { status, stderr } = spawnSync(process.execPath, [bin, "completion", "zsh"], {
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
    });
    assert.deepEqual(
      { status, stderr },
      { status: 1, stderr: "mayfly: ENOSPC: no space left on device, write\n" },
    );
  } finally {
    closeSync(full);
  }
});
