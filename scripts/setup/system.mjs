// system.mjs: what comes from the operating system: which tools are missing, and the command that installs them.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Tools that the guest images and some tests are built with, and the package of each on the usual systems. */
export const tools = [
  {
    name: "cc",
    isPresent: (path) => inPath("cc", path),
    packages: { "apt-get": "gcc", dnf: "gcc", pacman: "gcc", zypper: "gcc" },
  },
  {
    name: "ld",
    isPresent: (path) => inPath("ld", path),
    packages: { "apt-get": "binutils", dnf: "binutils", pacman: "binutils", zypper: "binutils" },
  },
  {
    name: "the C library's headers",
    isPresent: () => existsSync("/usr/include/stdio.h"),
    packages: { "apt-get": "libc6-dev", dnf: "glibc-devel", pacman: "glibc", zypper: "glibc-devel" },
  },
];

/** Tools that only a part of the project needs: without them that part says why it cannot be had. */
export const optionalTools = [
  {
    name: "wasm2c",
    isPresent: (path) => inPath("wasm2c", path),
    packages: { "apt-get": "wabt", dnf: "wabt", pacman: "wabt", zypper: "wabt" },
  },
];

const managers = [
  { name: "apt-get", install: ["apt-get update", "apt-get install -y --no-install-recommends"] },
  { name: "dnf", install: ["dnf install -y"] },
  { name: "pacman", install: ["pacman -S --needed --noconfirm"] },
  { name: "zypper", install: ["zypper install -y"] },
];

export function missingTools(path = process.env.PATH ?? "", among = tools) {
  return among.filter((tool) => !tool.isPresent(path));
}

/** The system's package manager, or undefined. */
export function packageManager(path = process.env.PATH ?? "") {
  return managers.find((manager) => inPath(manager.name, path));
}

export const isRoot = process.getuid?.() === 0;

/** The one command that installs what is missing. */
export function installCommand(manager, missing, root = isRoot) {
  if (manager === undefined)
    return `install ${missing.map((tool) => tool.name).join(", ")} with your package manager`;
  const packages = [...new Set(missing.map((tool) => tool.packages[manager.name]))];
  const commands = manager.install.map((command) => (root ? command : `sudo ${command}`));
  return `${commands.join(" && ")} ${packages.join(" ")}`;
}

/** Why KVM cannot be used, in a few words, or undefined. Looks only; `mayfly doctor` tries. */
export function kvmProblem(device = "/dev/kvm") {
  if (!existsSync(device)) return `${device} is absent`;
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return `${device} is not accessible to this user`;
  }
}

function inPath(name, path) {
  return path.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}
