// solo5-hvt.test.ts: images boot on Solo5's own monitor as well. SOLO5_HVT names its binary.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { buildImage } from "../../src/build/build-image.js";
import { packageRoot } from "../../src/build/places.js";
import { noKvm } from "../support/no-machine.js";
import { scratchFolder } from "./scratch.js";

const solo5 = process.env.SOLO5_HVT;
const skip = solo5 === undefined ? "SOLO5_HVT does not name a solo5-hvt" : noKvm();

interface Case {
  readonly app: string;
  readonly args: readonly string[];
  readonly status: number;
  readonly output: RegExp;
}

const cases: readonly Case[] = [
  { app: "hello", args: [], status: 0, output: /^Hello, world!\n$/ },
  { app: "echo", args: [], status: 1, output: /does not offer the exchange/ },
  { app: "exit-status", args: ["7"], status: 7, output: /^$/ },
  { app: "exit-status", args: ["--solo5:quiet", "exit", "9"], status: 9, output: /^$/ },
  { app: "exit-status", args: ["abort"], status: 255, output: /^$/ },
  { app: "console", args: ["130", "50"], status: 0, output: /^0123[^\n]{59}\n0123[^\n]{59}\n01$/ },
  { app: "clock", args: [], status: 0, output: /^wall \d{19} ns\n$/ },
  { app: "sleep", args: ["20"], status: 0, output: /^slept \d+ ns\n$/ },
  { app: "tls", args: [], status: 0, output: /^$/ },
  { app: "block", args: ["check"], status: 0, output: /^storage: 65536 bytes in blocks of 512\n$/ },
];

for (const { app, args, status, output } of cases) {
  test(`${[app, ...args].join(" ")} runs on solo5-hvt`, { skip }, async (context) => {
    const folder = await scratchFolder(context);
    const image = join(folder, `${app}.img`);
    // There the guest runs at CPL 0, and a KVM that emulates CPL 0 may know no SSE.
    const flags = ["-mgeneral-regs-only"];
    const { bytes } = await buildImage({
      sources: join(packageRoot, "guest", "apps", app),
      output: image,
      flags,
    });
    assert.ok(bytes > 0);
    const disk = join(folder, "disk");
    await writeFile(disk, new Uint8Array(65536));
    const devices = app === "block" ? [`--block:storage=${disk}`] : [];
    const run = spawnSync(solo5!, ["--mem=8", ...devices, "--", image, ...args], {
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.match(run.stdout, output);
    assert.equal(run.status, status);
  });
}

test("an exception at CPL 0 is reported in one line and ends with 255", { skip }, async (context) => {
  const folder = await scratchFolder(context);
  const source = join(folder, "fault.c");
  await writeFile(
    source,
    `#include <solo5.h>
     int solo5_app_main(const struct solo5_start_info *info)
     {
         (void)info;
         *(volatile char *)0x400000000 = 1;
         return 0;
     }`,
  );
  const image = join(folder, "fault.img");
  await buildImage({ sources: [source], output: image });
  const run = spawnSync(solo5!, ["--mem=8", image], { encoding: "utf8", timeout: 20_000 });
  assert.match(
    run.stdout,
    /^trap: type=#PF ec=0x2 rip=0x10[0-9a-f]{4} rsp=0x7f[0-9a-f]{4} cr2=0x400000000\n$/,
  );
  assert.equal(run.status, 255);
});
