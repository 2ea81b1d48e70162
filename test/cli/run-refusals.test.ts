// run-refusals.test.ts: whatever keeps `mayfly run` from running an image is one sentence, status 1, and nothing on stdout.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { app, mayfly, noMachine } from "../support/mayfly.js";

const skip = noMachine();

const block = app("block");
const refusals: readonly [what: string, args: string[], message: RegExp][] = [
  ["no image", [], /missing required argument 'image'/],
  ["an image that does not exist", ["/nowhere/app.img"], /\/nowhere\/app\.img.*ENOENT/],
  ["a directory", [tmpdir()], /expected a regular file/],
  ["a file that is no ELF", [process.argv[1]!], /e_ident|ELF/],
  ["an unknown option", ["--memory=3", block], /unknown option '--memory=3'/],
  ["--mem that is no number", ["--mem=lots", block], /--mem: got "lots", expected 2 to 4096/],
  ["too little memory", ["--mem=1", block], /--mem: got "1", expected 2 to 4096/],
  ["too much memory", ["--mem=4097", block], /--mem: got "4097", expected 2 to 4096/],
  [
    "an image that does not fit",
    ["--mem=2", app("compute")],
    /expected at least \d+ MiB\n→ give it more: --mem\n$/,
  ],
  ["a time-out of nothing", ["--timeout=0", block], /--timeout: got "0", expected a duration/],
  [
    "a CPU limit without a number",
    ["--cpu-limit=fast", block],
    /--cpu-limit: got "fast", expected a duration/,
  ],
  ["a device that nobody attached", [block], /declares the block device "storage"/],
  [
    "a device that is not declared",
    ["--block:disk=/nowhere", block],
    /--block:disk: .*manifest \(block storage\)/,
  ],
  [
    "a device of the wrong type",
    ["--net:storage=tap0", block],
    /--net:storage: .*manifest \(block storage\)/,
  ],
  ["a device twice", ["--block:storage=a", "--block:storage=b", block], /--block:storage twice/],
  ["a device without a path", ["--block:storage", block], /got --block:storage, expected --block:NAME=PATH/],
  [
    "a device with a nonsense name",
    ["--block:a-b=c", block],
    /got --block:a-b=c, expected --block:NAME=PATH/,
  ],
  ["a sector size without a device", ["--block-sector-size:storage=512", block], /without --block:storage/],
  ["read-only without a device", ["--block-read-only:storage", block], /without --block:storage/],
  ["a MAC without a device", ["--net-mac:service0=02:00:00:00:00:01", app("net")], /without --net:service0/],
  [
    "a disk that does not exist",
    ["--block:storage=/nowhere/disk", block],
    /\/nowhere\/disk: cannot be opened.*ENOENT/,
  ],
  [
    "a sector size that is no number",
    ["--block:storage=a", "--block-sector-size:storage=1k", block],
    /got "1k"/,
  ],
  ["an interface that does not exist", ["--net:service0=mayflynone0", app("net")], /mayflynone0/],
  ["a descriptor that is not open", ["--net:service0=@99", app("net")], /@99/],
  [
    "more arguments than the guest can take",
    [app("exit-status"), "a".repeat(9000)],
    /got 9000 bytes, expected at most 8191/,
  ],
  ["--quiet with --stats", ["--quiet", "--stats", block], /--quiet.*cannot be used with.*--stats/],
  ["an error under --quiet", ["--quiet", "/nowhere/app.img"], /\/nowhere\/app\.img/],
  ["a bad MAC", ["--net:service0=tap0", "--net-mac:service0=02:00", app("net")], /MAC address: got "02:00"/],
];

for (const [what, args, message] of refusals) {
  test(`${what} is refused in one sentence`, { skip }, async () => {
    await assertRefused(args, message);
  });
}

test("a disk that does not fit its sectors is refused", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-refused-"));
  try {
    const disk = join(folder, "disk.raw");
    writeFileSync(disk, "");
    truncateSync(disk, 6144);
    const options = [`--block:storage=${disk}`, "--block-sector-size:storage=4096"];
    await assertRefused([...options, block], /6144 bytes, expected a multiple of the sector size/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const notice = /^mayfly: without KVM, on the process machine: .*\n/;

/** One line of sentence, perhaps one of mend, and no stack. */
async function assertRefused(args: readonly string[], message: RegExp): Promise<void> {
  const { status, stdout, stderr: said } = await mayfly("run", ...args);
  // What "auto" says where there is no KVM, before the guest's devices are looked at.
  const stderr = said.replace(notice, "");
  assert.match(stderr, /^mayfly: .*\n(→ .*\n)?$/);
  assert.match(stderr, message);
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
}
