// problems.mjs: how every check script reports: its problems on stderr, one or more means exit status 1.
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Runs a check when its module is the script that was started; the root may be given as the first argument. */
export async function runAsScript(module, check) {
  if (module !== pathToFileURL(process.argv[1] ?? "").href) return;
  const problems = await check(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
