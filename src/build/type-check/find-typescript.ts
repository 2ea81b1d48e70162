// find-typescript.ts: which TypeScript checks a handler: its project's own, else the one beside Mayfly.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MayflyError } from "../../errors.js";

/**
 * The path of the compiler's program, to be run by Node.js.
 *
 * @param folders where to search, in this order, each with the folders above it
 * @throws MayflyError BUILD_FAILED when there is none
 */
export function findTypeScript(folders: readonly string[]): string {
  for (const folder of folders) {
    const found = compilerOf(folder);
    if (found !== undefined) return found;
  }
  throw new MayflyError(
    "BUILD_FAILED",
    `checking types: got no package typescript in ${folders[0]} and above, expected one`,
    { mend: "npm install --save-dev typescript" },
  );
}

function compilerOf(folder: string): string | undefined {
  const { resolve } = createRequire(join(folder, "any.js"));
  try {
    return join(dirname(resolve("typescript/package.json")), "bin", "tsc");
  } catch {
    return undefined;
  }
}
