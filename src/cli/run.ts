// run.ts: `mayfly run [options] IMAGE [-- ARGS]`: runs an image with solo5-hvt's options and exit statuses.
import { Command, CommanderError, Option, type ParseOptionsResult } from "commander";
import { HVT_ABI_VERSION } from "../abi/manifest.js";
import { descriptorSink } from "../device/console-sinks.js";
import { MayflyError } from "../errors.js";
import { SystemCallError } from "../linux/system-call-error.js";
import type { LimitOptions } from "../monitor/limits.js";
import type { MachineChoice } from "../monitor/open-host.js";
import { machineOption } from "./machine-option.js";
import { DEVICE_OPTIONS, parseDeviceWords, splitDeviceWords } from "./run/device-options.js";
import { parseDuration } from "./run/duration.js";
import { endText, exitStatus, type Outcome, outcomeJson } from "./run/outcome.js";
import { runImage } from "./run/run-image.js";
import { painter } from "./terminal.js";

/** 128 and the number of SIGPIPE: what a program gets whose reader has gone. */
const BROKEN_PIPE_STATUS = 141;

interface Flags {
  mem: number;
  timeout?: number;
  cpuLimit?: number;
  quiet?: true;
  stats?: true;
  json?: true;
  machine: MachineChoice;
}

/** Keeps the device options from commander, which cannot read them. */
class RunCommand extends Command {
  deviceWords: readonly string[] = [];
  /** A `--` came before the image. */
  optionsEnded = false;

  override parseOptions(argv: string[]): ParseOptionsResult {
    const { deviceWords, words, ended } = splitDeviceWords(argv, this.options);
    this.deviceWords = deviceWords;
    this.optionsEnded = ended;
    return super.parseOptions(words);
  }
}

/** The command, to be added to the program. */
export function runCommand(): Command {
  const command = new RunCommand("run")
    .usage("[options] <image> [-- args...]")
    .description(
      "Runs a unikernel image in a virtual machine, its console on stdout. Options come before the image; what follows it is the guest's.\n\n" +
        "Exit status: the guest's own when it halts (255: it aborted), 1 when it is ended for a misdeed or Mayfly fails, " +
        "124 when its time is up, 130 after Ctrl-C.",
    )
    .argument("<image>", "the unikernel file")
    .argument("[args...]", "the guest's arguments")
    .option("--mem <MB>", "guest memory, MiB, 2 to 4096", parseMemory, 512)
    .option(
      "--timeout <duration>",
      "end the guest after so long: 500ms, 10s, 2m; a number is seconds",
      (text) => parseDuration("--timeout", text),
    )
    .option("--cpu-limit <duration>", "… after so much CPU time", (text) =>
      parseDuration("--cpu-limit", text),
    )
    .option("--stats", "print a table of what it took on stderr: times, exits, traps, memory")
    .option("--json", "print end and stats on stderr as one line of JSON, instead of words")
    .addOption(
      new Option("--quiet", "print only what the guest prints; the exit status tells the rest").conflicts([
        "stats",
        "json",
      ]),
    )
    .addOption(machineOption())
    .option("--version", "print the versions of Mayfly and of the ABI")
    .passThroughOptions();
  for (const [flags, meaning] of DEVICE_OPTIONS)
    command.addOption(new Option(flags, meaning).helpGroup("Devices, as the image's manifest names them:"));
  return command
    .on("option:version", () => printVersion(command))
    .action((path: string, words: string[], flags: Flags) => run(command, path, words, flags));
}

async function run(command: RunCommand, path: string, words: string[], flags: Flags): Promise<void> {
  const mayPrint = flags.quiet !== true && flags.json !== true;
  let outcome: Outcome;
  try {
    outcome = await runImage(path, {
      args: guestArguments(words, command.optionsEnded),
      requests: parseDeviceWords(command.deviceWords),
      limits: limitsOf(flags),
      machine: flags.machine,
      console: descriptorSink(1),
      measureMemory: flags.stats === true || flags.json === true,
      warn: (line) => mayPrint && say(line),
    });
  } catch (error) {
    if (!isReaderGone(error)) throw inOurWords(error);
    process.exitCode = BROKEN_PIPE_STATUS;
    return;
  }
  process.exitCode = exitStatus(outcome);
  if (flags.json) process.stderr.write(`${outcomeJson(path, outcome)}\n`);
  if (!mayPrint) return;
  const text = endText(outcome);
  if (text !== undefined) say(text);
  if (flags.stats) {
    const { statsTable } = await import("./run/stats-table.js");
    process.stderr.write(`${statsTable(outcome.stats)}\n`);
  }
}

/** One `--` is Mayfly's: the first, before the image or right behind it. */
function guestArguments(words: readonly string[], optionsEnded: boolean): readonly string[] {
  return !optionsEnded && words[0] === "--" ? words.slice(1) : words;
}

function limitsOf({ mem, timeout, cpuLimit }: Flags): LimitOptions {
  return {
    memoryMiB: mem,
    ...(timeout !== undefined && { wallTimeMs: timeout }),
    ...(cpuLimit !== undefined && { cpuTimeMs: cpuLimit }),
  };
}

function parseMemory(text: string): number {
  const mib = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (mib >= 2 && mib <= 4096) return mib;
  throw new MayflyError("OPTION_INVALID", `--mem: got ${JSON.stringify(text)}, expected 2 to 4096 (MiB)`);
}

/** With our option in the mend, where the library names its own. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof MayflyError) || error.code !== "MEMORY_INVALID") return error;
  return new MayflyError(error.code, error.message, { cause: error, mend: "give it more: --mem" });
}

/** Nobody reads the console any more, as in `mayfly run app.img | head`: no error of ours. */
function isReaderGone(error: unknown): boolean {
  return error instanceof SystemCallError && error.errno === "EPIPE";
}

function say(text: string): void {
  process.stderr.write(`${painter(process.stderr)("red", "mayfly:")} ${text}\n`);
}

function printVersion(command: Command): never {
  process.stdout.write(`mayfly ${command.parent?.version()}\nABI version ${HVT_ABI_VERSION}\n`);
  throw new CommanderError(0, "commander.version", "(version)");
}
