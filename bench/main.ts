// main.ts: `npm run bench`: asks the questions picked and prints what was found. Bounds decide the exit status only with --check.
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MayflyError, type Monitor } from "../src/index.js";
import { Context, type Question } from "./context.js";
import { Handlers } from "./handlers.js";
import { recordHost } from "./host-record.js";
import { openMachines } from "./machines.js";
import { keepsBound, type Measurement, sideBySide } from "./measurement.js";
import { parseOptions, USAGE } from "./options.js";
import { jsonPrinter, Progress, tablePrinter } from "./printer.js";
import { questions } from "./questions/all.js";
import { Solo5Hvt, Solo5Spt } from "./solo5.js";

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
  const { SOLO5_HVT = "", SOLO5_SPT = "", SOLO5_SPT_IMAGE = "" } = process.env;
  const hvt = SOLO5_HVT === "" ? undefined : new Solo5Hvt(SOLO5_HVT);
  const spt = SOLO5_SPT === "" ? undefined : new Solo5Spt(SOLO5_SPT, SOLO5_SPT_IMAGE);
  const scratch = await mkdtemp(join(tmpdir(), "mayfly-bench-"));
  process.once("SIGINT", () => {
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  });
  let monitors: readonly Monitor[] = [];
  let missed = 0;
  let busy = false;
  try {
    monitors = openMachines(options.machine, (kind, { message }) =>
      console.error(`bench: ${kind} is not measured: ${message}`),
    );
    const { picked, handlers } = await openHandlers(options.picked, scratch);
    const contexts = monitors.map((monitor) => {
      const isKvm = monitor.machine === "kvm";
      const { quick, calls } = options;
      const parts = { monitor, quick, calls, scratch, progress: progress.tell };
      const beside = { hvt: isKvm ? hvt : undefined, spt: isKvm ? undefined : spt };
      return new Context({ ...parts, ...beside }, handlers);
    });
    const host = await recordHost(monitors.map(({ machine }) => machine));
    busy = host.load > 0.5;
    printer.head(host);
    for (const question of picked) {
      progress.begin(question.name);
      const byMachine: Measurement[][] = [];
      for (const context of contexts) {
        const { machine } = context;
        byMachine.push((await question.measure(context)).map((found) => ({ ...found, machine })));
      }
      const measurements = sideBySide(byMachine);
      progress.end();
      printer.answer(measurements);
      missed += measurements.filter((measurement) => !keepsBound(measurement)).length;
    }
    printer.end();
  } finally {
    progress.end();
    await Promise.all(monitors.map((monitor) => monitor.close()));
    await rm(scratch, { recursive: true, force: true });
  }
  if (missed > 0) {
    console.error(`bench: ${missed} ${missed === 1 ? "bound was" : "bounds were"} missed`);
    if (busy) console.error("→ other programs wanted the CPU: try again when the machine is at rest");
  }
  return options.check && missed > 0 ? 1 : 0;
}

/** Where functions cannot be built, questions about them are left out: that is told, and no failure unless nothing is left. */
async function openHandlers(
  asked: readonly Question[],
  scratch: string,
): Promise<{ picked: readonly Question[]; handlers: Handlers | undefined }> {
  const needing = asked.filter(({ needsFunctions }) => needsFunctions === true);
  if (needing.length === 0) return { picked: asked, handlers: undefined };
  try {
    const tell = (what: string): void => console.error(`bench: ${what} …`);
    return { picked: asked, handlers: await Handlers.open(scratch, tell) };
  } catch (error) {
    const picked = asked.filter((question) => !needing.includes(question));
    if (!(error instanceof MayflyError) || picked.length === 0) throw error;
    const names = needing.map(({ name }) => name).join(", ");
    console.error(`bench: without a JavaScript runtime, not measured: ${names}: ${error.message}`);
    return { picked, handlers: undefined };
  }
}
