// solo5-suite.test.ts: Solo5's own test images for hvt under `mayfly run`. SOLO5_TESTS names the folder of the built tests; where
// SOLO5_HVT names the tender, its output stands beside ours.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Finished, finished, noKvm, startMayfly } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";
import { networkProblem, TestNetwork } from "./test-network.js";

const tests = process.env.SOLO5_TESTS;
const tender = process.env.SOLO5_HVT;
const noTests = tests === undefined && "SOLO5_TESTS does not name the folder of Solo5's built tests";
const noNetwork = networkProblem();
const folder = mkdtempSync(join(tmpdir(), "mayfly-solo5-"));
const memory = "--mem=4096";
const patienceMs = 120_000;

let network: TestNetwork | undefined;
before(() => {
  if (!noTests && !noNetwork) network = new TestNetwork();
});
after(() => {
  network?.close();
  rmSync(folder, { recursive: true });
});

interface Case {
  readonly image: string;
  readonly name?: string;
  /** Before the image. */
  readonly options?: () => string[];
  readonly args?: string[];
  readonly expected: { readonly status: number; readonly stdout?: RegExp; readonly stderr?: RegExp };
  /** Addresses that are pinged meanwhile, and how often. */
  readonly pinged?: {
    readonly addresses: readonly string[];
    readonly count: number;
    readonly pattern?: string;
  };
  readonly network?: true;
  /** Why the tender's answer is another. */
  readonly differs?: string;
}

const success = { status: 0, stdout: /SUCCESS/ };
const abort = { status: 255, stdout: /ABORT/ };
const noSse = "the tender runs it at CPL 0, where some software KVMs know no SSE";
const endsIt = "the tender ends the VM where we tell the guest of its page fault";
const letsIt = "the tender does not stop it";

const cases: readonly Case[] = [
  { image: "hello", args: ["Hello_Solo5"], expected: { status: 0, stdout: /'Hello_Solo5'\nSUCCESS/ } },
  { image: "quiet", args: ["--solo5:quiet"], expected: { status: 0, stdout: /^(?!.*Solo5:).*SUCCESS/s } },
  { image: "output", args: ["Output_Solo5"], expected: { status: 0 } },
  { image: "globals", expected: success },
  { image: "exception", expected: abort },
  { image: "zeropage", expected: abort },
  { image: "notls", expected: abort },
  { image: "tls", expected: success },
  { image: "ssp", expected: abort },
  { image: "fpu", expected: success, differs: noSse },
  { image: "time", expected: success },
  // A guest that writes to text or rodata, or executes rodata or data, is told of the page fault.
  { image: "xnow", expected: abort, differs: endsIt },
  { image: "rnow", expected: abort, differs: endsIt },
  { image: "rnox", expected: abort, differs: letsIt },
  { image: "wnox", expected: abort, differs: letsIt },
  { image: "blk", options: () => disk(4096 * 1024), expected: success },
  {
    image: "blk",
    name: "blk with sectors of 4096 bytes",
    options: () => disk(4096 * 1024, 4096),
    expected: success,
  },
  {
    image: "blk",
    name: "blk misaligned",
    options: () => disk(3 * 2048, 4096),
    expected: { status: 1, stderr: /6144 bytes, expected a multiple of the sector size/ },
  },
  {
    image: "blk",
    name: "blk odd",
    options: () => disk(3 * 521, 521),
    expected: { status: 1, stderr: /sector size of 521 bytes, expected a power of two/ },
  },
  {
    image: "blk",
    name: "blk too small",
    options: () => disk(256, 256),
    expected: { status: 1, stderr: /sector size of 256 bytes, expected a power of two from 512/ },
  },
  {
    image: "mft_maxdevices",
    options: () => Array.from({ length: 63 }, (_, i) => disk(4096, undefined, `storage${i}`)).flat(),
    expected: success,
  },
  {
    image: "buggyelf",
    expected: { status: 1, stderr: /^mayfly: .*note MFT1 n_descsz: got 1, expected .*\n$/ },
  },
  { image: "dumpcore", expected: { status: 255 } },
  {
    image: "net",
    network: true,
    options: () => [`--net:service0=${network!.taps[0]}`],
    args: ["limit"],
    pinged: { addresses: ["10.0.0.2"], count: 100_000 },
    expected: success,
  },
  {
    image: "net_2if",
    network: true,
    options: () => [`--net:service0=${network!.taps[0]}`, `--net:service1=${network!.taps[1]}`],
    args: ["limit"],
    pinged: { addresses: ["10.0.0.2", "10.1.0.2"], count: 50_000 },
    expected: success,
  },
  {
    image: "net_mtu",
    network: true,
    options: () => [`--net:service0=${network!.taps[2]}`],
    expected: { status: 0, stdout: /MTU is 9000.*SUCCESS/s },
  },
  {
    image: "net_ring",
    network: true,
    options: () => [`--net:service0=${network!.taps[0]}`],
    pinged: { addresses: ["10.0.0.2"], count: 10_000, pattern: "deadbeef" },
    expected: success,
  },
];

for (const { kind, skip: noMachine } of machines)
  for (const each of cases) {
    const skip = noTests || noMachine || (each.network && noNetwork) || false;
    test(`${kind}: Solo5's ${each.name ?? each.image} ends as it should`, {
      skip,
      timeout: 2 * patienceMs,
    }, async () => {
      const options = [`--machine=${kind}`, `--timeout=${patienceMs}ms`];
      const ours = await runCase(each, (args) => startMayfly(["run", ...options, ...args]));
      const { status, stdout, stderr } = each.expected;
      const told = `status ${ours.status}\n${ours.stdout}\n${ours.stderr}`;
      assert.equal(ours.status, status, told);
      if (stdout !== undefined) assert.match(ours.stdout, stdout, told);
      if (stderr !== undefined) assert.match(ours.stderr, stderr, told);
      if (tender === undefined || noKvm() || each.differs !== undefined || each.network) return;
      const theirs = await runCase(each, (args) =>
        spawn(tender, args, { stdio: ["ignore", "pipe", "pipe"] }),
      );
      assert.equal(ours.status, theirs.status);
      assert.equal(withoutNumbers(ours.stdout), withoutNumbers(theirs.stdout));
    });
  }

async function runCase(each: Case, start: (args: string[]) => ChildProcess): Promise<Finished> {
  const image =
    each.image === "buggyelf" ? "test_buggyelf/buggyelf.hvt" : `test_${each.image}/test_${each.image}.hvt`;
  const guest = start([memory, ...(each.options?.() ?? []), "--", join(tests!, image), ...(each.args ?? [])]);
  const pings = each.pinged === undefined ? [] : ping(each.pinged);
  try {
    return await finished(guest);
  } finally {
    for (const one of pings) one.kill();
  }
}

/** Floods the guest until it has had enough; what is sent before it answers is lost. */
function ping({ addresses, count, pattern }: NonNullable<Case["pinged"]>): ChildProcess[] {
  const filled = pattern === undefined ? [] : ["-p", pattern];
  return addresses.map((address) =>
    spawn("ping", ["-fq", "-c", `${2 * count}`, ...filled, address], { stdio: "ignore" }),
  );
}

function disk(bytes: number, sectorSize?: number, name = "storage"): string[] {
  const path = join(folder, `${name}.img`);
  writeFileSync(path, "");
  truncateSync(path, bytes);
  const sectors = sectorSize === undefined ? [] : [`--block-sector-size:${name}=${sectorSize}`];
  return [`--block:${name}=${path}`, ...sectors];
}

/** Addresses and times differ between monitors. */
function withoutNumbers(text: string): string {
  return text.replace(/0x[0-9a-f]+|\d+/g, "N");
}
