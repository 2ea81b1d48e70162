// files.ts: which tests run on the second KVM: those of images, machines, monitor, devices, system calls, of whole VMs, and of a
// worker's walls.
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

const folders = ["src/linux", "src/image", "src/machine", "src/monitor", "src/device", "test/vm"];
/** What else Debian's kernel can show: it has Landlock, which other kernels are built without. */
const files = ["test/gateway/workers/walls.test.js"];

/**
 * The compiled test files, relative to the project's folder, sorted. A compiled file whose source is gone is left out.
 *
 * @param project the project's folder
 * @param texts only files whose path contains one of these; all when there are none
 */
export function testFiles(project: string, texts: readonly string[]): string[] {
  return [
    ...folders.flatMap((folder) => compiledTests(project, join("dist", folder))),
    ...files.map((file) => join("dist", file)),
  ]
    .filter((file) => existsSync(join(project, sourceOf(file))))
    .filter((file) => texts.length === 0 || texts.some((text) => file.includes(text)))
    .sort();
}

function compiledTests(project: string, folder: string): string[] {
  const path = join(project, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.js"))
    .map((entry) => relative(project, join(entry.parentPath ?? entry.path, entry.name)));
}

/** "dist/src/image/elf.test.js" comes from "src/image/elf.test.ts". */
export function sourceOf(compiled: string): string {
  return compiled.replace(/^dist\//, "").replace(/\.js$/, ".ts");
}
