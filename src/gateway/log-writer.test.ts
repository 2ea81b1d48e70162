// log-writer.test.ts: what LogWriter writes, and what it does with what it cannot write.
import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { LogWriter } from "./log-writer.js";

test("LogWriter writes everything, in order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-log-"));
  const fd = openSync(join(folder, "log"), "w");
  try {
    const writer = new LogWriter(fd, assert.fail);
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
    for (const line of lines) writer.write(line);
    const expected = lines.join("");
    while ((await readFile(join(folder, "log"), "utf8")).length < expected.length) await sleep(5);
    assert.equal(await readFile(join(folder, "log"), "utf8"), expected);
  } finally {
    closeSync(fd);
    await rm(folder, { recursive: true });
  }
});

test("LogWriter tells of a full disk once for each write, and goes on", async () => {
  const fd = openSync("/dev/full", "w");
  try {
    let tell: (error: NodeJS.ErrnoException) => void = assert.fail;
    const writer = new LogWriter(fd, (error) => tell(error));
    for (let i = 0; i < 3; i++) {
      const told = new Promise<NodeJS.ErrnoException>((resolve) => {
        tell = resolve;
      });
      writer.write("a line\n");
      assert.equal((await told).code, "ENOSPC");
    }
    tell = () => assert.fail("what failed is not tried again");
    await sleep(50);
  } finally {
    closeSync(fd);
  }
});
