// program.ts: builds the command line's program. Prints errors nowhere: they are thrown to main.ts.
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { type CommandEntry, commands } from "./commands.js";

/**
 * The program, with the command that `argv` names loaded and the others as lines of the help.
 *
 * @param argv what follows `mayfly`
 */
export async function makeProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("mayfly")
    .description("A fresh virtual machine for every request.")
    .usage("[options] <command>")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    // What follows a command's image belongs to the guest, even if it looks like an option of ours.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  withDebug(program);
  const name = commandName(argv);
  for (const entry of commands) {
    program.addCommand(entry.name === name ? await loadCommand(entry, program) : placeholder(entry));
  }
  program.addHelpText("after", "\nmayfly <command> --help prints the options and examples of a command.");
  return program;
}

/** The command that the user typed, with or without `help` before it. */
export function commandName(argv: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith("-"));
  return words[0] === "help" ? words[1] : words[0];
}

async function loadCommand(entry: CommandEntry, program: Command): Promise<Command> {
  const command = (await entry.load()).copyInheritedSettings(program).summary(entry.summary);
  const width = Math.max(...entry.examples.map(([line]) => line.length));
  const examples = entry.examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  return withDebug(command).addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
}

function placeholder({ name, summary }: CommandEntry): Command {
  return new Command(name).summary(summary).description(summary);
}

/** Taken before the command and after it. */
function withDebug(command: Command): Command {
  return command.option("--debug", "print stack traces and causes of errors");
}

function packageVersion(): string {
  const file = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
