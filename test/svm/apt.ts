// apt.ts: gets packages by apt: installs when root, downloads and unpacks otherwise. Changes the host only in `install`.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Unavailable } from "./unavailable.js";

const isRoot = process.getuid?.() === 0;
const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };

function command(program: string, args: readonly string[], folder = "."): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd: folder, env: environment, encoding: "utf8", maxBuffer: 64 << 20 });
}

/** Whether a program of that name can be started. */
export function isInstalled(program: string): boolean {
  return command(program, ["--version"]).error === undefined;
}

/** Runs apt-get. A machine whose package lists are absent or old fails at first; then root fetches them. */
function aptGet(what: string, args: readonly string[], folder?: string): void {
  // Root has no use for apt's own user, who may not write to a project's folder.
  const all = [...(isRoot ? ["-o", "APT::Sandbox::User=root"] : []), "-qq", ...args];
  let result = command("apt-get", all, folder);
  if (result.error !== undefined) {
    throw new Unavailable(
      `${what}: got no apt-get, expected a Debian system`,
      "run it on Debian 12 or later",
    );
  }
  if (result.status !== 0 && isRoot) {
    command("apt-get", ["update"]);
    result = command("apt-get", all, folder);
  }
  if (result.status === 0) return;
  const reason = result.stderr.trim().split("\n").pop() ?? "";
  throw new Unavailable(`${what}: apt-get failed: ${reason}`, `${isRoot ? "" : "sudo "}apt-get update`);
}

/** Installs a package, or says which command would. */
export function install(name: string): void {
  if (!isRoot) throw new Unavailable(`${name}: not installed`, `sudo apt-get install -y ${name}`);
  aptGet(name, ["install", "-y", "--no-install-recommends", name]);
}

/** The package that a meta-package stands for: the first that it depends on and whose name starts as its own. */
export function realPackage(meta: string, start: string): string {
  const ask = (): string | undefined =>
    new RegExp(`Depends: (${start}\\S+)`).exec(command("apt-cache", ["depends", meta]).stdout ?? "")?.[1];
  const name = ask() ?? (isRoot && command("apt-get", ["update"]).status === 0 ? ask() : undefined);
  if (name !== undefined) return name;
  throw new Unavailable(
    `${meta}: got no such package from apt-cache, expected Debian's kernel`,
    `${isRoot ? "" : "sudo "}apt-get update, on Debian 12 or later`,
  );
}

/**
 * Downloads a package and unpacks it into a folder, without installing it.
 *
 * @returns the package file's name, which tells its version
 */
export function unpack(name: string, folder: string): string {
  const downloads = `${folder}.download`;
  mkdirSync(downloads, { recursive: true });
  try {
    aptGet(name, ["download", name], downloads);
    const file = readdirSync(downloads).find((entry) => entry.endsWith(".deb"));
    if (file === undefined)
      throw new Unavailable(`${name}: got nothing from apt-get download, expected a package`);
    const { status, stderr } = command("dpkg-deb", ["-x", join(downloads, file), folder]);
    if (status !== 0) throw new Unavailable(`${name}: dpkg-deb failed: ${stderr?.trim() ?? "not installed"}`);
    return decodeURIComponent(file).replace(/\.deb$/, "");
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}
