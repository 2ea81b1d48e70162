// host-checks.ts: Node, tools and the kernel around KVM. Judges readings only.
import type { Check, Finding } from "./check.js";
import type { FileAccess } from "./host-files.js";
import type { Readings } from "./readings.js";

const NEEDED_NODE = [20, 12] as const;
/** Less leaves no room for a guest of the usual size beside Node. */
const LOW_MEMORY_MIB = 256;

export const hostChecks: readonly Check[] = [
  { name: "Node.js", judge: node },
  { name: "platform", judge: platform },
  { name: "memory", judge: memory },
  { name: "huge pages", judge: hugePages },
  { name: "TAP", judge: ({ tapDevice }) => tap(tapDevice) },
  { name: "C compiler", judge: ({ compiler }) => tool("cc", "gcc", compiler) },
  { name: "linker", judge: ({ linker }) => tool("ld", "binutils", linker) },
];

function node({ nodeVersion }: Readings): Finding {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const [neededMajor, neededMinor] = NEEDED_NODE;
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor))
    return { status: "ok", found: nodeVersion };
  return {
    status: "fail",
    found: `got ${nodeVersion}, expected ${NEEDED_NODE.join(".")} or later`,
    mend: "https://nodejs.org/en/download",
  };
}

function platform({ platform: os, arch }: Readings): Finding {
  if (os === "linux" && arch === "x64") return { status: "ok", found: "Linux, x86-64" };
  return {
    status: "fail",
    found: `got ${os} on ${arch}, expected linux on x64`,
    mend: "use a Linux x86-64 machine",
  };
}

function memory({ availableMemoryMiB }: Readings): Finding {
  if (availableMemoryMiB === undefined) return { status: "ok", found: "unknown" };
  const found = `${availableMemoryMiB} MiB available`;
  if (availableMemoryMiB >= LOW_MEMORY_MIB) return { status: "ok", found };
  return { status: "warn", found, mend: `free some: a few VMs beside Node want ${LOW_MEMORY_MIB} MiB` };
}

function hugePages({ hugePages: mode }: Readings): Finding {
  if (mode === "always" || mode === "madvise") return { status: "ok", found: `transparent, ${mode}` };
  return {
    status: "warn",
    found:
      mode === undefined
        ? "none in this kernel: guests fault once a 4 KiB page"
        : "off: guests fault once a 4 KiB page",
    mend:
      mode === undefined
        ? "use a kernel with CONFIG_TRANSPARENT_HUGEPAGE"
        : "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
  };
}

function tap(access: FileAccess): Finding {
  if (access === "usable") return { status: "ok", found: "/dev/net/tun" };
  return {
    status: "warn",
    found: access === "absent" ? "/dev/net/tun is absent" : "/dev/net/tun: this user may not open it",
    mend:
      access === "absent"
        ? "sudo modprobe tun (only images with a network device need it)"
        : "run as root, or hand an open TAP over: --net:NAME=@FD",
  };
}

function tool(command: string, debianPackage: string, version: string | undefined): Finding {
  if (version !== undefined) return { status: "ok", found: version };
  return {
    status: "warn",
    found: `${command} is missing: mayfly build needs it`,
    mend: `sudo apt-get install ${debianPackage}`,
  };
}
