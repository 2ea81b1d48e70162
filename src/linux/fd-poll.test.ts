// fd-poll.test.ts: the event loop tells when a descriptor can be read, and is kept alive only while somebody waits.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FdReadiness, isReadable } from "./fd-poll.js";

const directory = mkdtempSync(join(tmpdir(), "mayfly-poll-"));
const path = join(directory, "pipe");
execFileSync("mkfifo", [path]);
const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
after(() => {
  closeSync(fd);
  rmSync(directory, { recursive: true });
});

function drain(): void {
  readSync(fd, Buffer.alloc(16));
}

test("isReadable tells whether a read would return at once", () => {
  assert.equal(isReadable(fd), false);
  writeSync(fd, "x");
  assert.equal(isReadable(fd), true);
  drain();
  assert.equal(isReadable(fd), false);
  assert.equal(isReadable(-1), false);
});

test("FdReadiness calls each listener once, again and again", { timeout: 5000 }, async () => {
  using readiness = new FdReadiness(fd);
  for (let round = 0; round < 3; round++) {
    let calls = 0;
    const both = [0, 1].map(
      () => new Promise<void>((resolve) => readiness.onceReadable(() => resolve(void calls++))),
    );
    writeSync(fd, "x");
    assert.equal(calls, 0);
    await Promise.all(both);
    await new Promise(setImmediate);
    assert.equal(calls, 2);
    drain();
  }
});

test("FdReadiness never calls a listener that stopped waiting, nor any after close", {
  timeout: 5000,
}, async () => {
  const readiness = new FdReadiness(fd);
  const stop = readiness.onceReadable(() => assert.fail("stopped"));
  const other = new Promise<void>((resolve) => readiness.onceReadable(resolve));
  stop();
  stop();
  writeSync(fd, "x");
  await other;
  readiness.onceReadable(() => assert.fail("closed"));
  readiness.close();
  readiness.close();
  readiness.onceReadable(() => assert.fail("closed"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  drain();
});

test("a process ends when nobody waits for a descriptor any more", () => {
  const module = JSON.stringify(new URL("./fd-poll.js", import.meta.url).href);
  const program = `
    import { openSync } from "node:fs";
    import { FdReadiness } from ${module};
    const readiness = new FdReadiness(openSync(${JSON.stringify(path)}, ${constants.O_RDWR | constants.O_NONBLOCK}));
    const stop = readiness.onceReadable(() => {});
    setTimeout(() => { console.log("still waiting"); stop(); }, 50).unref();
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
    timeout: 10_000,
  });
  assert.equal(output, "still waiting\n", "it lived while it waited, and ended when it stopped");
});
