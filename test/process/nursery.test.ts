// nursery.test.ts: what the process has that vessels come from, and what it can do.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../src/build/places.js";
import { ProcessHost } from "../../src/machine/process/host.js";
import { scratchFolder } from "../build/scratch.js";
import { nurseryOf, procFile, skip, status } from "./support.js";

/** A nursery says nothing of itself to its own user: only root may look. */
const skipOrdinary = skip || (process.getuid?.() === 0 ? false : "only root may look into a nursery");

test("the nursery has a socket and nothing else, may get no rights, and its filter is in force", {
  skip: skipOrdinary,
}, async () => {
  const host = ProcessHost.open();
  try {
    const pid = await nurseryOf();
    const [descriptor, ...others] = readdirSync(`/proc/${pid}/fd`);
    assert.deepEqual(others, []);
    assert.match(readlinkSync(`/proc/${pid}/fd/${descriptor}`), /^socket:/);
    assert.equal(status(pid, "NoNewPrivs"), "1");
    assert.equal(status(pid, "Seccomp"), "2");
    assert.match(procFile(pid, "limits") ?? "", /^Max core file size +0 +0 /m);
    // All but SIGKILL and SIGSTOP: a terminal's Ctrl-C is the monitor's affair.
    assert.equal(status(pid, "SigBlk"), "fffffffffffbfeff");
  } finally {
    host.close();
  }
});

/** By number, with arguments. Each would do something, or fail by another word, if it were made. */
const forbidden: Readonly<Record<string, string>> = {
  open: '2, "/dev/null", 0, 0',
  socket: "41, 1, 1, 0",
  fork: "57, 0, 0, 0",
  vfork: "58, 0, 0, 0",
  execve: '59, "/nonexistent", 0, 0',
  execveat: '322, -1, "/nonexistent", 0',
  kill: "62, 0, 0, 0",
  "clone of a thread": "56, 0x10f00, 0, 0",
  "clone with another namespace": "56, 0x40008011, 0, 0",
  "clone of a child of its own": "56, 0x11, 0, 0",
  clone3: "435, 0, 0, 0",
  unshare: "272, 0, 0, 0",
  setns: "308, -1, 0, 0",
  "ptrace as a tracer": "101, 16, 1, 0",
  process_vm_readv: "310, 1, 0, 0",
  mount: "165, 0, 0, 0",
  memfd_create: '319, "", 0, 0',
  "a call of the x32 ABI": "0x40000000 + 9, 0, 0, 0",
};

test("the nursery's filter leaves it nothing but vessels", { skip }, async (context) => {
  const folder = await scratchFolder(context);
  const names = Object.keys(forbidden);
  const program = [
    '#include "vessel.h"',
    "#define try(number, a, b, c) call(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)",
    "int main(void)",
    "{",
    "call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);",
    "keep_to_vessels();",
    ...names.map((name, i) => `if (try(${forbidden[name]}) != -1) leave(${i + 1});`),
    // What it needs is allowed: an errno of the call's own.
    "if (call(SYS_close, -1, 0, 0, 0, 0, 0) != -9) leave(101);",
    "if (call(SYS_recvmsg, -1, 0, 0, 0, 0, 0) != -9) leave(102);",
    "leave(0);",
    "}",
  ];
  const source = join(folder, "filter-trial.c");
  const vessel = join(packageRoot, "guest", "vessel");
  await writeFile(source, program.join("\n"));
  execFileSync("cc", ["-I", vessel, source, join(vessel, "filter.c"), "-o", join(folder, "trial")]);
  const { status: exit, signal } = spawnSync(join(folder, "trial"));
  assert.deepEqual({ exit, signal, call: names[exit! - 1] }, { exit: 0, signal: null, call: undefined });
});
