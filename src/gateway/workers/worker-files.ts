// worker-files.ts: what a worker may touch of the file system, as rules for Landlock: Node and its libraries, this package, what it serves.
import { readFileSync } from "node:fs";
import { dirname, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Access, LandlockRule } from "../../linux/hardening/landlock.js";
import type { Tenant } from "../../linux/hardening/seccomp-filter.js";

/** This file runs as dist/src/gateway/workers/worker-files.js. */
const packageFolder = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");

/** What the C library reads to look names up, what TLS believes in, where the clock stands; also as other systems than Debian have it. */
const CONFIGURATION = [
  "/etc/ld.so.cache",
  "/etc/hosts",
  "/etc/host.conf",
  "/etc/resolv.conf",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/services",
  "/etc/localtime",
  "/etc/ssl/openssl.cnf",
  "/etc/ssl/certs",
  "/etc/pki/tls/openssl.cnf",
  "/etc/pki/tls/certs",
  "/etc/pki/ca-trust/extracted",
  "/usr/share/ca-certificates",
  "/usr/share/zoneinfo",
  "/run/systemd/resolve",
];

/** How much memory and how many processors there are; the touched pages of guest memory; the process's own figures. */
const KERNEL = ["/proc", "/sys/fs/cgroup", "/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage"];

/** Names of variables that name files or folders. */
const NAMED_BY_VARIABLES = ["OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"];

export interface WorkerNeeds {
  readonly machine: Tenant;
  /** Absolute paths that it reads: images and what lies beside them, certificates and keys, folders of static files. */
  readonly reads: readonly string[];
}

/** Everything else does not exist for the worker. Nothing can be written, but to /dev/null and, with KVM, to /dev/kvm. */
export function workerFiles({ machine, reads }: WorkerNeeds): LandlockRule[] {
  const { libraries, loader } = mappedLibraries();
  const named = NAMED_BY_VARIABLES.flatMap((name) => process.env[name] ?? []);
  return [
    ...rules("execute", [process.execPath, ...loader]),
    ...rules("read", [...libraries, ...CONFIGURATION, ...KERNEL, ...named]),
    ...rules("read", [packageFolder, modulesAbove(packageFolder), "/dev/urandom", ...reads]),
    ...rules("device", ["/dev/null"]),
    ...(machine === "kvm"
      ? rules("device", ["/dev/kvm"])
      : rules("execute", [`${packageFolder}${sep}build${sep}vessel`])),
  ];
}

function rules(access: Access, paths: readonly string[]): LandlockRule[] {
  return [...new Set(paths)].map((path) => ({ access, path }));
}

/** The folders of the shared libraries that this process has loaded, and the program that loads them. */
function mappedLibraries(): { libraries: string[]; loader: string[] } {
  const mapped = new Set(readFileSync("/proc/self/maps", "utf8").match(/\/\S*\.so(\.\S+)?$/gm));
  const loader = [...mapped].filter((path) => /\/ld-[^/]*$/.test(path));
  return { libraries: [...mapped].map((path) => dirname(path)), loader };
}

/** Installed as a dependency, this package has its own dependencies beside it: the outermost node_modules has them all. */
function modulesAbove(folder: string): string {
  const name = `${sep}node_modules`;
  const at = folder.indexOf(`${name}${sep}`);
  return at === -1 ? `${folder}${name}` : folder.slice(0, at + name.length);
}
