// with-tree.mjs: a source tree for one test, in a temporary folder that is gone afterwards.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Writes the files (path → text), calls `use` with the folder, and returns what it returned. */
export function withTree(files, use) {
  const root = mkdtempSync(join(tmpdir(), "mayfly-tree-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}
