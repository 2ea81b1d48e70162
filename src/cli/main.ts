// main.ts: the `mayfly` command: loads one command, runs it, and turns what it throws into words and an exit status.
import { writeSync } from "node:fs";
import type { Command } from "commander";
import { commandName, makeProgram } from "./program.js";
import { isBrokenPipe, reportError } from "./report-error.js";
import { painter } from "./terminal.js";

/** @param argv what follows `mayfly` */
export async function main(argv: readonly string[]): Promise<void> {
  let program: Command | undefined;
  const fail = (error: unknown): never => {
    const command = program?.commands.find((candidate) => candidate.name() === commandName(argv));
    const debug =
      program === undefined
        ? argv.includes("--debug")
        : (command ?? program).optsWithGlobals().debug === true;
    const report = reportError(error, { command: command?.name(), debug, paint: painter(process.stderr) });
    writeError(report.text);
    // At once: a command that failed half-way may have left timers or sockets that would keep the process.
    process.exit(report.exitStatus);
  };
  // Its reader has gone, or its disk is full.
  process.stdout.on("error", fail);
  // Node would end with status 13 and without a word.
  let wasTold = false;
  const starved = (): void => {
    if (wasTold) fail(new Error("the command waits, and nothing is left that could wake it"));
    // Others hear of it, too: whoever knows what does not come goes on, and ends otherwise.
    wasTold = true;
    setImmediate(() => {});
  };
  process.on("beforeExit", starved);
  try {
    program = await makeProgram(argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    fail(error);
  }
  process.off("beforeExit", starved);
}

function writeError(text: string): void {
  try {
    writeSync(2, text);
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
  }
}
