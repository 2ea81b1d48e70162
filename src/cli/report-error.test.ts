// report-error.test.ts: an error is one sentence and its mend; only --debug shows more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CommanderError } from "commander";
import { MayflyError } from "../errors.js";
import { reportError } from "./report-error.js";

const plain = { command: "run", debug: false, paint: (_format: unknown, text: string) => text };

test("a MayflyError is its sentence and its mend", () => {
  const error = new MayflyError("MACHINE_UNAVAILABLE", "KVM cannot be used", { mend: "load KVM" });
  assert.deepEqual(reportError(error, plain), {
    text: "mayfly: KVM cannot be used\n→ load KVM\n",
    exitStatus: 1,
  });
});

test("an error without a mend is one line", () => {
  assert.equal(
    reportError(new MayflyError("VM_ENDED", "the VM is over"), plain).text,
    "mayfly: the VM is over\n",
  );
});

test("--debug adds the stack and every cause", () => {
  const cause = new Error("the deepest reason");
  const { text } = reportError(new MayflyError("BUILD_FAILED", "no image", { cause }), {
    ...plain,
    debug: true,
  });
  assert.match(text, /^mayfly: no image\n/);
  assert.match(text, /\n {4}at /);
  assert.match(text, /the deepest reason/);
});

test("a usage error names the command's help, and the guess if there is one", () => {
  const unknown = new CommanderError(
    1,
    "commander.unknownOption",
    "error: unknown option '--mm'\n(Did you mean --mem?)",
  );
  const expected = "mayfly: unknown option '--mm'\n→ Did you mean --mem? See mayfly run --help\n";
  assert.deepEqual(reportError(unknown, plain), { text: expected, exitStatus: 1 });
  const other = new CommanderError(1, "commander.unknownCommand", "error: unknown command 'x'");
  assert.match(reportError(other, { ...plain, command: undefined }).text, /→ mayfly --help\n/);
});

test("help and version say nothing more and end well", () => {
  const help = new CommanderError(0, "commander.helpDisplayed", "(outputHelp)");
  assert.deepEqual(reportError(help, plain), { text: "", exitStatus: 0 });
});

test("a reader that went away is no error", () => {
  const error = Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" });
  assert.deepEqual(reportError(error, plain), { text: "", exitStatus: 0 });
});

test("a failed system call of Node's is told as it is, and a bug is called one", () => {
  const missing = Object.assign(new Error("ENOENT: no such file, open 'x'"), {
    code: "ENOENT",
    syscall: "open",
  });
  assert.equal(reportError(missing, plain).text, "mayfly: ENOENT: no such file, open 'x'\n");
  assert.match(
    reportError(new TypeError("x is undefined"), plain).text,
    /^mayfly: internal error: x is undefined\n→ .*--debug/,
  );
  assert.match(reportError("a string", plain).text, /internal error: a string/);
});
