// log-writer.test.ts: what LogWriter writes, and what it does with what it cannot write.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { LogWriter } from "./log-writer.js";

/** A test with a file to write to. */
function fileTest(
  name: string,
  body: (
    file: { readonly path: string; readonly fd: number; readonly written: () => Promise<string> },
    context: TestContext,
  ) => Promise<void>,
): void {
  test(name, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-log-"));
    const path = join(folder, "log");
    const fd = openSync(path, "w");
    try {
      await body({ path, fd, written: () => readFile(path, "utf8") }, context);
    } finally {
      closeSync(fd);
      await rm(folder, { recursive: true });
    }
  });
}

fileTest("LogWriter writes everything, in order", async ({ fd, written }) => {
  const writer = new LogWriter(fd, assert.fail);
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
  for (const line of lines) writer.write(line);
  const expected = lines.join("");
  while ((await written()).length < expected.length) await sleep(5);
  assert.equal(await written(), expected);
});

fileTest(
  "LogWriter makes lines when it writes them, in order with others, and lets no more than some wait unmade",
  async ({ fd, written }) => {
    const writer = new LogWriter(fd, assert.fail);
    const made: number[] = [];
    const line = (i: number) => (): string => {
      made.push(i);
      return `line ${i}\n`;
    };
    writer.write(line(0));
    assert.deepEqual(made, [0], "the first is written at once");
    writer.write(line(1));
    writer.write(line(2));
    assert.deepEqual(made, [0]);
    writer.write("other\n");
    assert.deepEqual(made, [0, 1, 2]);
    for (let i = 3; i < 10_000; i++) writer.write(line(i));
    assert.ok(made.length > 8000);
    await writer.flushed();
    const lines = (await written()).split("\n");
    assert.deepEqual(lines.slice(0, 5), ["line 0", "line 1", "line 2", "other", "line 3"]);
    assert.equal(lines.length, 10_002);
  },
);

fileTest("LogWriter tells of a line that cannot be made, and writes the others", async ({ fd, written }) => {
  const told: Error[] = [];
  const writer = new LogWriter(fd, (error) => told.push(error));
  writer.write("a\n");
  writer.write(() => {
    throw new TypeError("no line");
  });
  writer.write(() => "b\n");
  await writer.flushed();
  assert.equal(await written(), "a\nb\n");
  assert.match(String(told[0]?.cause), /no line/);
});

fileTest("LogWriter tells when all is written", async ({ fd, written }) => {
  const writer = new LogWriter(fd, assert.fail);
  await writer.flushed();
  for (let i = 0; i < 100; i++) writer.write("a line\n");
  await writer.flushed();
  assert.equal((await written()).length, 700);
});

test("LogWriter drops what a reader that stands still leaves waiting, and says how much", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-log-"));
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    let tell: (error: Error) => void = assert.fail;
    const told = new Promise<Error>((resolve) => {
      tell = resolve;
    });
    const writer = new LogWriter(fd, (error) => tell(error));
    const piece = "x".repeat(1024 * 1024);
    for (let i = 0; i < 40; i++) writer.write(piece);
    let read = 0;
    const room = Buffer.alloc(piece.length);
    let isOver = false;
    void told.then(() => {
      isOver = true;
    });
    while (!isOver) {
      await sleep(1);
      try {
        read += readSync(fd, room);
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
      }
    }
    const lost = /: (\d+) characters are lost/.exec((await told).message);
    assert.ok(Number(lost?.[1]) >= 20 * piece.length);
    assert.ok(read < 20 * piece.length);
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

fileTest(
  "LogWriter writes the first line at once, and gathers what comes soon behind it",
  async ({ fd, written }, context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const writer = new LogWriter(fd, assert.fail);
    writer.write("first\n");
    writer.write("second\n");
    while ((await written()) === "") await turn();
    for (let i = 0; i < 20; i++) await turn();
    assert.equal(await written(), "first\n");
    writer.write("third\n");
    while (!(await written()).includes("second")) {
      context.mock.timers.tick(10);
      await turn();
    }
    assert.equal(await written(), "first\nsecond\nthird\n");
  },
);

fileTest("LogWriter gathers no longer when somebody waits for all", async ({ fd, written }, context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const writer = new LogWriter(fd, assert.fail);
  writer.write("first\n");
  while ((await written()) === "") await turn();
  writer.write("second\n");
  await writer.flushed();
  assert.equal(await written(), "first\nsecond\n");
});

fileTest("LogWriter writes what it has gathered when the process ends", async ({ path, written }) => {
  const module = new URL("log-writer.js", import.meta.url).href;
  const program = `
    import { openSync, readFileSync } from "node:fs";
    import { LogWriter } from ${JSON.stringify(module)};
    const path = ${JSON.stringify(path)};
    const writer = new LogWriter(openSync(path, "a"), () => process.exit(1));
    writer.write("first\\n");
    const endOnceWritten = () => {
      if (readFileSync(path, "utf8") === "") return void setImmediate(endOnceWritten);
      writer.write(() => "last ");
      writer.write(() => "words\\n");
      process.exit(0);
    };
    endOnceWritten();`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.equal(await written(), "first\nlast words\n");
});
