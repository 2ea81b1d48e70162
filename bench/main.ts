// main.ts: `npm run bench`: asks the questions picked and prints what was found. Bounds decide the exit status only with --check.
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MayflyError, Monitor } from "../src/index.js";
import { Context } from "./context.js";
import { recordHost } from "./host-record.js";
import { keepsBound } from "./measurement.js";
import { parseOptions, USAGE } from "./options.js";
import { jsonPrinter, Progress, tablePrinter } from "./printer.js";
import { questions } from "./questions/all.js";
import { Solo5 } from "./solo5.js";

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof MayflyError)) throw error;
  console.error(`bench: ${error.message}${error.mend === undefined ? "" : `\n→ ${error.mend}`}`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, questions);
  if (options.help || options.list) {
    const width = Math.max(...questions.map(({ name }) => name.length));
    const list = questions.map(({ name, asks }) => `  ${name.padEnd(width)}  ${asks}`).join("\n");
    console.log(options.help ? `${USAGE}\n\nQuestions:\n${list}` : list);
    return 0;
  }
  const write = (text: string): void => void process.stdout.write(text);
  const printer = options.json ? jsonPrinter(write) : tablePrinter(write);
  const progress = new Progress(process.stderr);
  const binary = process.env.SOLO5_HVT ?? "";
  const solo5 = binary === "" ? undefined : new Solo5(binary);
  const scratch = await mkdtemp(join(tmpdir(), "mayfly-bench-"));
  process.once("SIGINT", () => {
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  });
  let missed = 0;
  let busy = false;
  try {
    await using monitor = Monitor.open();
    const context = new Context({ monitor, quick: options.quick, scratch, solo5, progress: progress.tell });
    const host = await recordHost();
    busy = host.load > 0.5;
    printer.head(host);
    for (const question of options.picked) {
      progress.begin(question.name);
      const measurements = await question.measure(context);
      progress.end();
      printer.answer(measurements);
      missed += measurements.filter((measurement) => !keepsBound(measurement)).length;
    }
    printer.end();
  } finally {
    progress.end();
    await rm(scratch, { recursive: true, force: true });
  }
  if (missed > 0) {
    console.error(`bench: ${missed} ${missed === 1 ? "bound was" : "bounds were"} missed`);
    if (busy) console.error("→ other programs wanted the CPU: try again when the machine is at rest");
  }
  return options.check && missed > 0 ? 1 : 0;
}
