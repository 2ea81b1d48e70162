// check-types.ts: checks the types of a handler and all that it imports, by the TypeScript of its project in a process of its own.
import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { MayflyError } from "../../errors.js";
import { buildFailure, type Mistake } from "../function/mistakes.js";
import { readPlace } from "../function/read-place.js";
import { packageRoot } from "../places.js";
import { isAboutImportedText } from "./ambient.js";
import { type Diagnostic, parseDiagnostics } from "./diagnostics.js";
import { findTypeScript } from "./find-typescript.js";
import { openProject } from "./project.js";

/**
 * Checks a handler's types. Its tsconfig.json counts where there is one in its folder or above; else the options are those of a guest.
 *
 * @throws MayflyError BUILD_FAILED with the mistakes, or when there is no TypeScript
 */
export async function checkTypes(source: string): Promise<void> {
  // As the bundle is made: what a linked handler imports lies beside its file, not beside the link.
  const handler = await realpath(source).catch(() => resolve(source));
  const compiler = findTypeScript([dirname(handler), packageRoot]);
  await using project = await openProject(handler);
  const { failed, output } = await run(compiler, project.config);
  if (!failed) return;
  const diagnostics = parseDiagnostics(output);
  // Our own options are right for every compiler that knows them.
  const own = diagnostics.some(({ file }) => file !== undefined && resolve(file) === project.config);
  if (own || diagnostics.length === 0)
    throw new MayflyError(
      "BUILD_FAILED",
      `checking types of ${source}: got no answer from ${compiler}, expected TypeScript 5.4 or later`,
      { details: output, mend: "npm install --save-dev typescript" },
    );
  const mistakes = (await Promise.all(diagnostics.map(mistakeOf))).filter(
    ({ text, place }) => !isAboutImportedText(text, place?.lineText ?? ""),
  );
  if (mistakes.length > 0) throw buildFailure(`checking types of ${source}`, mistakes);
}

async function mistakeOf({ text, file, line, column }: Diagnostic): Promise<Mistake> {
  if (file === undefined) return { text };
  const place = await readPlace(resolve(file), line!, column!);
  return place === undefined ? { text: `${file}: ${text}` } : { text, place };
}

function run(compiler: string, config: string): Promise<{ failed: boolean; output: string }> {
  const args = [compiler, "--project", config, "--pretty", "false"];
  return new Promise((done) => {
    execFile(process.execPath, args, { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      done({ failed: error !== null, output: `${stdout}${stderr}`.trim() });
    });
  });
}
