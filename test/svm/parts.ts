// parts.ts: what the emulated machine boots: Debian's kernel, its modules, and busybox. Fetched once, kept in build/svm.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { install, isInstalled, realPackage, unpack } from "./apt.js";
import { type KernelModule, loadOrder } from "./modules.js";

/** The kernel's modules that the guest loads; what they need comes by itself. */
const wanted = ["kvm-amd", "virtio_pci", "9pnet_virtio", "9p", "overlay", "tun", "bridge", "loop"];

export const qemu = "qemu-system-x86_64";

export interface Parts {
  /** Path of the kernel, as QEMU's option wants it. */
  readonly kernel: string;
  /** The kernel package's name and version. */
  readonly version: string;
  readonly modules: readonly KernelModule[];
  readonly busybox: Buffer;
}

/**
 * Gets all parts, from build/svm when they are there.
 *
 * @param cache the folder that keeps them
 * @param say is told what takes long
 * @throws Unavailable when one cannot be had here
 */
export function getParts(cache: string, say: (line: string) => void): Parts {
  if (!isInstalled(qemu)) {
    say("installing qemu-system-x86 …");
    install("qemu-system-x86");
  }
  const complete = join(cache, "parts");
  if (!existsSync(complete)) {
    say("fetching Debian's kernel …");
    fetchParts(cache, complete);
  }
  const modules = join(complete, "modules");
  return {
    kernel: join(complete, "vmlinuz"),
    version: readFileSync(join(complete, "version"), "utf8"),
    // Their names start with their place in the order.
    modules: readdirSync(modules)
      .sort()
      .map((file) => ({ name: file.replace(/^\d+-|\.ko$/g, ""), bytes: readFileSync(join(modules, file)) })),
    busybox: readFileSync(join(complete, "busybox")),
  };
}

/** Unpacks both packages beside the cache and keeps what is used. The last step is a rename: parts are complete or absent. */
function fetchParts(cache: string, complete: string): void {
  const work = join(cache, "work");
  rmSync(work, { recursive: true, force: true });
  const chosen = join(work, "chosen");
  mkdirSync(join(chosen, "modules"), { recursive: true });

  const kernel = join(work, "kernel");
  const version = unpack(realPackage("linux-image-amd64", "linux-image-"), kernel);
  const boot = only(join(kernel, "boot"), "vmlinuz-");
  const modules = only(firstPresent(kernel, ["lib/modules", "usr/lib/modules"]), "");
  loadOrder(modules, wanted).forEach(({ name, bytes }, index) => {
    writeFileSync(join(chosen, "modules", `${String(index).padStart(2, "0")}-${name}.ko`), bytes);
  });
  renameSync(boot, join(chosen, "vmlinuz"));

  const busybox = join(work, "busybox");
  unpack("busybox-static", busybox);
  renameSync(firstPresent(busybox, ["bin/busybox", "usr/bin/busybox"]), join(chosen, "busybox"));

  writeFileSync(join(chosen, "version"), version);
  renameSync(chosen, complete);
  rmSync(work, { recursive: true });
}

function firstPresent(folder: string, candidates: readonly string[]): string {
  const found = candidates.map((candidate) => join(folder, candidate)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`package: got none of ${candidates.join(", ")}, expected one`);
  return found;
}

function only(folder: string, start: string): string {
  const found = readdirSync(folder).find((name) => name.startsWith(start));
  if (found === undefined) throw new Error(`package: got no ${start}… in ${folder}, expected one`);
  return join(folder, found);
}
