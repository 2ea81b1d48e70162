// report-error.ts: what an error looks like to the user: one sentence, and the mend on a line of its own. No I/O.
import { inspect } from "node:util";
import { CommanderError } from "commander";
import { MayflyError } from "../errors.js";
import type { Paint } from "./terminal.js";

export interface ErrorText {
  /** Lines for stderr; empty when there is nothing to say. */
  readonly text: string;
  readonly exitStatus: number;
}

/**
 * Words for anything that a command may throw.
 *
 * @param options.command the command that the user typed, for usage errors
 * @param options.debug add the stack trace and all causes
 */
export function reportError(
  error: unknown,
  options: { command: string | undefined; debug: boolean; paint: Paint },
): ErrorText {
  if (isBrokenPipe(error)) return { text: "", exitStatus: 0 };
  // Help and version end the program in this way, too.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === "commander.help")) {
    return { text: "", exitStatus: error.exitCode };
  }
  const { message, mend } = words(error, options.command);
  const lines = [`${options.paint("red", "mayfly:")} ${message}`];
  if (error instanceof MayflyError && error.details) lines.push(error.details.trimEnd());
  if (mend !== undefined) lines.push(`${options.paint("cyan", "→")} ${mend}`);
  if (options.debug) lines.push("", inspect(error));
  return { text: `${lines.join("\n")}\n`, exitStatus: 1 };
}

/** Whoever read our output has gone, as in `mayfly inspect app.img | head`: no error of ours. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "EPIPE";
}

function words(error: unknown, command: string | undefined): { message: string; mend: string | undefined } {
  if (error instanceof MayflyError) return { message: error.message, mend: error.mend };
  if (error instanceof CommanderError) return usage(error, command);
  // A file or a socket, through Node: its message names the call and the path.
  if (error instanceof Error && "syscall" in error) return { message: error.message, mend: undefined };
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: `internal error: ${message}`,
    mend: "run it again with --debug and report what it prints",
  };
}

function usage(error: CommanderError, command: string | undefined): { message: string; mend: string } {
  const [message = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const guess = /\((Did you mean .*)\)/.exec(rest.join(" "))?.[1];
  const help = command === undefined ? "mayfly --help" : `mayfly ${command} --help`;
  return { message, mend: guess === undefined ? help : `${guess} See ${help}` };
}
