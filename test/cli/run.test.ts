// run.test.ts: `mayfly run` as a user meets it: bin/mayfly.js in a process of its own, real images, each real machine.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { attachTap } from "../../src/linux/tun.js";
import { app, type Finished, finished, mayfly } from "../support/mayfly.js";
import { runTest } from "./each-machine.js";
import { ip, tapProblem } from "./test-network.js";

const folder = mkdtempSync(join(tmpdir(), "mayfly-run-"));
const ud2 = join(folder, "ud2.img");
/** Says so, and waits for ever. */
const waiting = join(folder, "waiting.img");
const disk = join(folder, "disk.raw");

before(async () => {
  await buildApp(ud2, '__asm__("ud2");');
  await buildApp(waiting, 'solo5_console_write("waiting\\n", 8); solo5_yield(UINT64_MAX, 0);');
});

async function buildApp(image: string, body: string): Promise<void> {
  const source = image.replace(/img$/, "c");
  const main = `int solo5_app_main(const struct solo5_start_info *info) { (void)info; ${body} return 0; }`;
  writeFileSync(source, `#include <solo5.h>\n${main}\n`);
  const built = await mayfly("build", source, "-o", image);
  assert.equal(built.status, 0, built.stderr);
}
after(() => rmSync(folder, { recursive: true }));

/** A disk of zeros. */
function freshDisk(bytes = 64 * 1024): string {
  writeFileSync(disk, "");
  truncateSync(disk, bytes);
  return disk;
}

for (const [args, status] of [
  [["0"], 0],
  [["7"], 7],
  [["exit", "42"], 42],
  [["254"], 254],
  [["abort"], 255],
] as const) {
  runTest(`the guest's status is the process's: ${args.join(" ")}`, async ({ run }) => {
    const ended = await run(app("exit-status"), ...args);
    assert.equal(ended.status, status);
    assert.equal(ended.stderr, "");
  });
}

runTest("arguments reach the guest with and without --, options of ours among them", async ({ run }) => {
  const image = app("exit-status");
  assert.equal((await run(image, "--", "exit", "3")).status, 3);
  assert.equal((await run("--", image, "exit", "4")).status, 4);
  // Its first word is an option of ours, so that the guest sees no number first.
  assert.equal((await run(image, "--mem=1", "5")).stderr, "");
});

runTest(
  "a guest that speaks the exchange is not offered it: nobody would send a request",
  async ({ run }) => {
    const { status, stdout } = await run("--timeout=10s", app("hello"));
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "Hello, world!\n" });
  },
);

runTest("the console's output arrives whole and unchanged", async ({ run }) => {
  const bytes = 300_000;
  const { status, stdout } = await run(app("console"), `${bytes}`, "65536");
  const period = `${Array.from({ length: 63 }, (_, i) => String.fromCharCode(48 + i)).join("")}\n`;
  assert.equal(status, 0);
  assert.equal(stdout.length, bytes);
  assert.ok(stdout === period.repeat(bytes / 64 + 1).slice(0, bytes), "the pattern");
});

runTest("a reader that reads late gets everything", async ({ start }) => {
  const child = start([app("console"), "1000000", "65536"]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal((await finished(child)).stdout.length, 1_000_000);
});

runTest("a reader that goes away ends it quietly, as SIGPIPE would", async ({ start }) => {
  const child = start(["--timeout=20s", app("console"), "1000000000", "65536"]);
  const ended = finished(child);
  child.stdout!.once("data", () => child.stdout!.destroy());
  const { status, stderr } = await ended;
  assert.deepEqual({ status, stderr }, { status: 141, stderr: "" });
});

runTest("output to a full device is an error of the host's", async ({ start }) => {
  const full = openSync("/dev/full", "w");
  const child = start([app("console"), "100"], { stdio: ["ignore", full, "pipe"] });
  const { status, stderr } = await finished(child);
  assert.equal(status, 1);
  assert.match(stderr, /^mayfly: .*ENOSPC.*\n$/);
});

runTest("a file is attached, and what the guest writes is in it", async ({ run }) => {
  const path = freshDisk();
  const { status } = await run(`--block:storage=${path}`, app("block"), "fill", "512", "1024", "7");
  assert.equal(status, 0);
  const bytes = readFileSync(path);
  assert.deepEqual([bytes[511], bytes[512], bytes[1535], bytes[1536]], [0, 7, 7, 0]);
});

runTest("--block-sector-size is what the guest sees, before --block or after it", async ({ run }) => {
  const attach = `--block:storage=${freshDisk()}`;
  const size = "--block-sector-size:storage=4096";
  for (const options of [
    [attach, size],
    [size, attach],
  ]) {
    const { status, stdout } = await run(...options, app("block"), "check");
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "storage: 65536 bytes in blocks of 4096\n" });
  }
});

runTest("--block-read-only refuses the guest's writes and serves its reads", async ({ run }) => {
  const path = freshDisk();
  const options = [`--block:storage=${path}`, "--block-read-only:storage"];
  const wrote = await run(...options, app("block"), "fill", "0", "512", "7");
  assert.notEqual(wrote.status, 0);
  assert.equal(readFileSync(path)[0], 0);
  const read = await run(...options, app("block"), "read", "0", "512");
  assert.deepEqual({ status: read.status, length: read.stdout.length }, { status: 0, length: 512 });
});

runTest("a guest that does wrong ends with one report: reason, place, registers", async ({ run }) => {
  const { status, stdout, stderr } = await run(ud2);
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.match(stderr, /^mayfly: exception: .+\n {2}in solo5_app_main.*\n(.*\n)* {2}rip {4}0x[0-9a-f]{16} /);
  assert.doesNotMatch(stderr, / at .*\.js/);
});

runTest("--quiet leaves only the exit status of that", async ({ run }) => {
  assert.deepEqual(await run("--quiet", ud2), { status: 1, signal: null, stdout: "", stderr: "" });
});

runTest("--timeout ends a guest that computes and one that waits, with status 124", async ({ run }) => {
  for (const [image, arg] of [
    ["compute", "1000000"],
    ["sleep", "60000"],
  ] as const) {
    const { status, stderr } = await run("--timeout=100ms", app(image), arg);
    assert.equal(status, 124, image);
    assert.match(stderr, /^mayfly: wall-time-limit: the VM used up its wall time of 100 ms\n/);
  }
});

runTest(
  "--cpu-limit ends a guest that computes, with status 124, and not one that waits",
  async ({ run }) => {
    const { status, stderr } = await run("--cpu-limit", "50ms", app("compute"), "1000000");
    assert.equal(status, 124);
    assert.match(stderr, /^mayfly: cpu-time-limit: /);
    assert.equal((await run("--cpu-limit=50ms", app("sleep"), "200")).status, 0);
  },
);

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  runTest(
    `${signal} ends a guest that computes and one that waits, with status ${status}`,
    async ({ start }) => {
      for (const args of [[app("console"), "1000000000", "64"], [waiting]]) {
        const child = start(["--stats", ...args]);
        const ended = finished(child);
        await once(child.stdout!, "data");
        child.kill(signal);
        const { status: got, stderr } = await ended;
        assert.equal(got, status);
        assert.match(stderr, new RegExp(`^mayfly: stopped by ${signal}\ncreate +[0-9.]+ ms`));
      }
    },
  );
}

runTest("--stats is a table on stderr: steps, exits and traps by kind", async ({ run }) => {
  const { status, stdout, stderr } = await run("--stats", app("console"), "200", "100");
  assert.deepEqual({ status, length: stdout.length }, { status: 0, length: 200 });
  for (const row of ["create", "load", "boot", "run", "close", "CPU time"])
    assert.match(stderr, new RegExp(`^${row} +\\d+\\.\\d\\d ms`, "m"), row);
  assert.ok(Number(/^memory +(\d+\.\d\d) MiB/m.exec(stderr)?.[1]) > 0.01);
  assert.match(stderr, /^exits +\d+\n( {2}.*\n)* {2}puts +2\n/m);
  assert.match(stderr, /^traps +\d+/m);
});

runTest("--json is one line on stderr with end and stats", async ({ run }) => {
  const { stderr } = await run("--json", ud2);
  assert.equal(stderr.split("\n").length, 2);
  const told = JSON.parse(stderr);
  assert.equal(told.reason, "exception");
  assert.equal(told.exitStatus, 1);
  assert.match(told.report.registers.rip, /^0x[0-9a-f]+$/);
  assert.match(told.report.symbol, /^solo5_app_main/);
  assert.equal(typeof told.stats.createMs, "number");
  assert.equal(JSON.parse((await run("--json", app("exit-status"), "9")).stderr).exitStatus, 9);
});

test("--version names the versions of Mayfly and of the ABI, whether or not an image follows", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const expected = { status: 0, signal: null, stdout: `mayfly ${version}\nABI version 2\n`, stderr: "" };
  assert.deepEqual(await mayfly("run", "--version"), expected);
  assert.deepEqual(await mayfly("run", "--version", "app.img"), expected);
});

runTest("memory is 512 MiB unless given, and 4096 MiB can be given", async ({ start }) => {
  for (const [options, mib] of [
    [[], 512],
    [["--mem", "4096"], 4096],
  ] as const) {
    const child = start([...options, "--json", "--cpu-limit=20ms", app("compute"), "1000000"]);
    const { stderr } = await finished(child);
    const stack = Number(JSON.parse(stderr).report.registers.rsp);
    assert.equal(Math.ceil(stack / (1 << 20)), mib);
  }
});

const noTap = tapProblem();

runTest(
  "--net attaches an interface by name or by descriptor, with the MAC of --net-mac",
  async ({ run, start }) => {
    const tap = `mfr${process.pid % 1_000_000}`;
    ip("tuntap", "add", tap, "mode", "tap");
    try {
      ip("link", "set", tap, "up", "mtu", "1400");
      const mac = "--net-mac:service0=02:00:00:00:00:1a";
      const expected = { status: 0, stdout: "service0: mac 2:0:0:0:0:1a mtu 1400\n", stderr: "" };
      const told = ({ status, stdout, stderr }: Finished) => ({ status, stdout, stderr });
      assert.deepEqual(told(await run(mac, `--net:service0=${tap}`, app("net"), "0")), expected);
      using inherited = attachTap(tap);
      const child = start(["--net:service0=@3", mac, app("net"), "0"], {
        stdio: ["ignore", "pipe", "pipe", inherited.fd],
      });
      assert.deepEqual(told(await finished(child)), expected);
    } finally {
      ip("link", "delete", tap);
    }
  },
  noTap,
);
