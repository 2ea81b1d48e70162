// completion.test.ts: the scripts know every command and option, and the shells accept them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Command, Option } from "commander";
import { describeCommand } from "./completion.js";
import { completionScript, shells } from "./completion-scripts.js";

const fly = new Command("fly")
  .summary("fly the owner's machine")
  .argument("<image>")
  .option("--high <km>", "how high: [km]")
  .addOption(new Option("--wing <kind>", "which").choices(["left", "right"]))
  .option("--fast", "don't wait");
const land = new Command("land").summary("come down").argument("[where]");
const commands = [fly, land].map(describeCommand);

for (const shell of shells) {
  test(`the ${shell} script names every command and option`, () => {
    const script = completionScript(shell, commands);
    for (const word of ["fly", "land", "high", "fast"]) assert.match(script, new RegExp(`\\b${word}\\b`));
  });

  const installed = spawnSync(shell, ["-c", "true"]).status === 0;
  test(`${shell} accepts its script`, { skip: installed ? false : `${shell} is not installed` }, () => {
    const check = spawnSync(shell, ["-n"], { input: completionScript(shell, commands), encoding: "utf8" });
    assert.deepEqual({ status: check.status, stderr: check.stderr }, { status: 0, stderr: "" });
  });
}

function completeInBash(...words: string[]): string[] {
  const set = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}`;
  const script = `${completionScript("bash", commands)}\n${set}\n_mayfly\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim().split("\n");
}

test("bash completes a command, and then the options of that command only", () => {
  assert.deepEqual(completeInBash("mayfly", "fl"), ["fly"]);
  assert.deepEqual(completeInBash("mayfly", "fly", "--h"), ["--high", "--help"]);
  assert.deepEqual(completeInBash("mayfly", "land", "--h"), ["--help"]);
});

test("bash completes the values that an option may have, whether = stands before them or not", () => {
  assert.deepEqual(completeInBash("mayfly", "fly", "--wing", ""), ["left", "right"]);
  assert.deepEqual(completeInBash("mayfly", "fly", "--wing", "r"), ["right"]);
  assert.deepEqual(completeInBash("mayfly", "fly", "--wing", "="), ["left", "right"]);
  assert.deepEqual(completeInBash("mayfly", "fly", "--wing", "=", "l"), ["left"]);
  assert.deepEqual(completeInBash("mayfly", "land", "--wing", "--h"), ["--help"]);
});

test("an option with a name of the user's in it is completed up to the colon", () => {
  const attach = describeCommand(new Command("run").option("--block:NAME=PATH", "a disk"));
  assert.deepEqual(attach.options, [{ name: "block:", description: "a disk" }]);
  assert.ok(completionScript("zsh", [attach]).includes("--block\\:[a disk]"));
});

test("bash completes the words that an argument may be", () => {
  const shellCommand = { name: "completion", summary: "", options: [], words: ["bash", "zsh"] };
  const script = completionScript("bash", [shellCommand]);
  const run = `${script}\nCOMP_WORDS=(mayfly completion z); COMP_CWORD=2; _mayfly; echo "\${COMPREPLY[@]}"`;
  assert.equal(spawnSync("bash", ["-c", run], { encoding: "utf8" }).stdout, "zsh\n");
});
