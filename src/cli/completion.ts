// completion.ts: `mayfly completion SHELL`: prints a script made from the program's own commands and options.
import { Argument, Command } from "commander";
import { type CompletedCommand, completionScript, type Shell, shells } from "./completion-scripts.js";

/**
 * The command, to be added to the program.
 *
 * @param loadCommands loads the commands to complete
 */
export function completionCommand(loadCommands: () => Promise<Command[]>): Command {
  const self = new Command("completion")
    .description("Prints a script that teaches a shell the commands and options of mayfly.")
    .addArgument(new Argument("<shell>", "the shell that will read it").choices(shells))
    .action(async (shell: Shell) => {
      const commands = [...(await loadCommands()), self].map(describeCommand);
      process.stdout.write(completionScript(shell, commands));
    });
  return self;
}

/** What a shell needs to know of a command. */
export function describeCommand(command: Command): CompletedCommand {
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.options
      .filter(({ hidden, long }) => !hidden && long !== undefined)
      // Of an option like --block:NAME=PATH a shell can complete the part that is always the same.
      .map(({ long, description, argChoices }) => ({
        name: long!.replace(/^--|(?<=:).*$/g, ""),
        description,
        ...(argChoices !== undefined && { choices: argChoices }),
      })),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}
