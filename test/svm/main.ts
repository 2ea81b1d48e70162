// main.ts: `npm run test:svm`, step by step. Returns the exit status.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Watch } from "./collect.js";
import { testFiles } from "./files.js";
import { writtenInto } from "./hardware-table.js";
import { runInGuest, runOnHost } from "./machines.js";
import { type Options, parseOptions, usage } from "./options.js";
import { getParts, type Parts } from "./parts.js";
import { conclude, counts, describe } from "./report.js";
import { type RunResult, succeeded, totalsOf } from "./results.js";
import { Unavailable } from "./unavailable.js";

/**
 * @param project the project's folder
 * @param args the command line behind the script's name
 */
export async function main(project: string, args: readonly string[]): Promise<number> {
  const cache = join(project, "build", "svm");
  const options = readOptions(args);
  if (options === undefined) return 2;
  if (options.help) {
    console.log(usage);
    return 0;
  }
  // With --json, stdout is for the one object.
  const say = (line: string): void => (options.json ? console.error(line) : console.log(line));

  const files = testFiles(project, options.texts);
  if (files.length === 0) {
    const which = options.texts.length === 0 ? "" : ` whose path contains ${options.texts.join(" or ")}`;
    say(`svm: got no compiled test file${which}, expected at least one\n→ npm run setup`);
    return 1;
  }
  let parts: Parts;
  try {
    parts = getParts(cache, (line) => say(`svm: ${line}`));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return reportUnavailable(error, options, say);
  }

  const host = options.host ? await runOnHost(project, files, watch("host", options, say)) : undefined;
  if (host !== undefined) tell("host", conclude(host), say);
  say(`svm: booting ${parts.version} …`);
  const svm = await runInGuest(project, files, parts, cache, watch("svm", options, say));
  tell("svm", conclude(svm), say);

  if (host !== undefined && options.writeDocs) writeDocs(project, { host, svm }, say);
  if (options.json) console.log(JSON.stringify({ svm, host }));
  const runs = host === undefined ? [svm] : [host, svm];
  say(counts(totalsOf(runs.flatMap((run) => run.files))));
  return runs.every(succeeded) ? 0 : 1;
}

function readOptions(args: readonly string[]): Options | undefined {
  try {
    return parseOptions(args);
  } catch (error) {
    console.error(
      `svm: ${error instanceof Error ? error.message : String(error)}\n→ npm run test:svm -- --help`,
    );
    return undefined;
  }
}

function reportUnavailable(
  error: Unavailable,
  { ifAvailable, json }: Options,
  say: (line: string) => void,
): number {
  if (ifAvailable) {
    say(`svm: skipped: ${error.message}`);
    if (json) console.log(JSON.stringify({ skipped: error.message }));
    return 0;
  }
  say(`svm: ${error.message}${error.mend === undefined ? "" : `\n→ ${error.mend}`}`);
  return 1;
}

function watch(name: string, { timeLimitMs }: Options, say: (line: string) => void): Watch {
  return { timeLimitMs, onEvent: (event, milliseconds) => tell(name, describe(event, milliseconds), say) };
}

function tell(name: string, lines: readonly string[], say: (line: string) => void): void {
  for (const line of lines) say(`${name}: ${line}`);
}

function writeDocs(
  project: string,
  runs: { host: RunResult; svm: RunResult },
  say: (line: string) => void,
): void {
  const page = join(project, "docs", "hardware.md");
  writeFileSync(page, writtenInto(readFileSync(page, "utf8"), runs.host, runs.svm));
  say("svm: wrote docs/hardware.md");
}
