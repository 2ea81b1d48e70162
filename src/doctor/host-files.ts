// host-files.ts: small questions to the file system and to tools. An absent answer is undefined, never an error.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";

export type FileAccess = "absent" | "denied" | "usable";

/** Whether a device is there and this user may read and write it. */
export function accessTo(path: string): FileAccess {
  if (!existsSync(path)) return "absent";
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return "usable";
  } catch {
    return "denied";
  }
}

/** The first group of `pattern` in a file. */
export function readWord(path: string, pattern: RegExp): string | undefined {
  try {
    return pattern.exec(readFileSync(path, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** The same, as a number. */
export function readNumber(path: string, pattern: RegExp): number | undefined {
  const word = readWord(path, pattern);
  return word === undefined ? undefined : Number(word);
}

/** The first line that a tool prints for `--version`. */
export function commandVersion(command: string): string | undefined {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8", timeout: 5000 });
  return status === 0 ? stdout.split("\n", 1)[0] : undefined;
}
