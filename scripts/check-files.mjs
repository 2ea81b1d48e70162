// check-files.mjs: every source file opens with its name and role, and stays small. `check-files.mjs [ROOT]`
import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { runAsScript } from "./problems.mjs";
import { filesUnder } from "./setup/stale.mjs";

const MOST_LINES = 300;
const folders = ["src", "test", "bench", "scripts", "bin", "guest"];
const suffixes = [".ts", ".mjs", ".js", ".c", ".h", ".S"];

/** Every mistake in the sources below `root`, as `file:line: rule` and its mend. */
export function checkFiles(root) {
  return folders
    .flatMap((folder) => filesUnder(join(root, folder)))
    .filter((file) => suffixes.some((suffix) => file.endsWith(suffix)))
    .flatMap((file) => judge(relative(root, file), readFileSync(file, "utf8").trimEnd().split("\n")));
}

function judge(file, lines) {
  const problems = [];
  const first = lines[0]?.startsWith("#!") ? 1 : 0;
  // C files may open with a block comment, of one line or more.
  const opening = lines
    .slice(first, first + 2)
    .join("\n")
    .replace(/^\/\*(\n \*)? /, "// ");
  if (!opening.startsWith(`// ${basename(file)}: `)) {
    problems.push(
      `${file}:${first + 1}: does not open with its role\n  → // ${basename(file)}: what it does and its constraint`,
    );
  }
  if (lines.length > MOST_LINES) {
    problems.push(
      `${file}:${MOST_LINES + 1}: got ${lines.length} lines, expected at most ${MOST_LINES}\n  → split it by subject`,
    );
  }
  return problems;
}

runAsScript(import.meta.url, checkFiles);
