// initramfs.ts: packs what the emulated machine starts from: init, busybox, the kernel's modules, and the job. No I/O.
import { type Entry, writeCpio } from "./cpio.js";
import type { Parts } from "./parts.js";

/** What the guest runs. All paths are the host's. */
export interface Job {
  readonly node: string;
  readonly runner: string;
  readonly project: string;
  /** Compiled test files, relative to the project. */
  readonly files: readonly string[];
  /** Variables that the tests see as well. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The archive. `init` is the text of init.sh. */
export function packInitramfs(init: string, parts: Pick<Parts, "modules" | "busybox">, job: Job): Buffer {
  const folders = ["bin", "dev", "proc", "sys", "host", "layers", "root", "modules"];
  const modules = parts.modules.map<Entry>(({ name, bytes }, index) => ({
    kind: "file",
    // The shell loads them in the order of their names.
    path: `modules/${String(index).padStart(2, "0")}-${name}.ko`,
    bytes,
  }));
  return writeCpio([
    ...folders.map<Entry>((path) => ({ kind: "folder", path })),
    // Without it the first process has no output until devtmpfs is mounted.
    { kind: "character", path: "dev/console", major: 5, minor: 1 },
    { kind: "file", path: "init", bytes: Buffer.from(init) },
    { kind: "file", path: "job.sh", bytes: Buffer.from(jobScript(job)) },
    { kind: "file", path: "bin/busybox", bytes: parts.busybox },
    ...modules,
  ]);
}

function jobScript({ node, runner, project, files, environment }: Job): string {
  const variables = { NODE: node, RUNNER: runner, PROJECT: project, FILES: files.join(" ") };
  const assign = ([name, value = ""]: [string, string | undefined]): string => `${name}=${quoted(value)}\n`;
  const exported = Object.entries(environment).map((variable) => `export ${assign(variable)}`);
  return [...Object.entries(variables).map(assign), ...exported].join("");
}

/** A word that the shell takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
