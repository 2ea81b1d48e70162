// serve-command.test.ts: `mayfly serve` as a user meets it: lines, signals, exit statuses.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { app, finished, mayfly, noMachine, root, startMayfly } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";
import { ask, begin, finish } from "./support/client.js";
import { misdeedImage } from "./support/gateway.js";

const hello = `${root}/examples/native/mayfly.json`;
/** A test for each machine; `options` choose it. */
function serveTest(name: string, body: (options: string[], kind: string) => Promise<void>): void {
  for (const { kind, skip } of machines) {
    const options = [`--machine=${kind}`, ...(kind === "process" ? ["--allow-process-isolation"] : [])];
    test(`${kind}: ${name}`, { skip }, () => body(options, kind));
  }
}

/** A running `mayfly serve` that logs JSON. */
class Service implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly done: ReturnType<typeof finished>;
  readonly #lines: AsyncIterator<string>;

  constructor(...args: string[]) {
    this.child = startMayfly(["serve", "--port", "0", ...args]);
    this.done = finished(this.child);
    this.#lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** The next line of the log, which must be JSON. */
  async line(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next();
    if (done === true) assert.fail(`the log ended: ${JSON.stringify(await this.done)}`);
    return JSON.parse(value) as Record<string, unknown>;
  }

  /** Ends it if the test has not. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.done;
  }
}

serveTest(
  "serve says where it listens, logs a JSON line a request, and drains on SIGINT with status 0",
  async (options, kind) => {
    await using service = new Service(...options, hello);
    const listening = await service.line();
    assert.equal(listening.msg, "listening");
    assert.deepEqual(listening.routes, ["/hello", "/echo"]);
    assert.equal(listening.try, `curl ${listening.url}/hello`);
    assert.equal(listening.machine, kind);

    assert.equal((await ask(`${listening.url}/hello?x`)).status, 200);
    const line = await service.line();
    const { method, path, status, vm } = line;
    assert.deepEqual({ method, path, status, vm }, { method: "GET", path: "/hello", status: 200, vm: 1 });
    for (const name of ["totalMs", "queueMs", "startMs", "runMs", "closeMs"])
      assert.equal(typeof line[name], "number", name);

    assert.equal((await ask(`${listening.url}/nowhere`)).status, 404);
    assert.deepEqual((await service.line()).error, { code: "not-found", message: "no route has this path" });

    service.child.kill("SIGINT");
    assert.equal((await service.line()).msg, "draining");
    const { status: exit, signal, stderr } = await service.done;
    assert.deepEqual({ exit, signal, stderr }, { exit: 0, signal: null, stderr: "" });
  },
);

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  serveTest(`a second ${signal} ends serve at once with status ${status}`, async (options) => {
    const folder = await mkdtemp(join(tmpdir(), "mayfly-serve-"));
    try {
      const config = join(folder, "mayfly.json");
      await writeFile(config, JSON.stringify({ routes: [{ path: "/*", image: await misdeedImage() }] }));
      await using service = new Service(...options, config);
      const { url } = await service.line();
      const answer = finish(await begin(`${url}/exchange-stall`, {}, null));
      service.child.kill(signal);
      assert.equal((await service.line()).msg, "draining");
      service.child.kill(signal);
      assert.equal((await service.done).status, status);
      assert.equal((await answer).isWhole, false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

serveTest("SIGHUP has serve load everything anew, and its log tells how it went", async (options) => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-serve-"));
  try {
    const config = join(folder, "mayfly.json");
    const write = (path: string): Promise<void> =>
      writeFile(config, JSON.stringify({ routes: [{ path, image: app("hello") }] }));
    await write("/one");
    await using service = new Service(...options, "--workers=1", config);
    const { url, workers } = await service.line();
    assert.equal((workers as unknown[]).length, 1);
    await write("/two");
    service.child.kill("SIGHUP");
    assert.equal((await service.line()).event, "reloading");
    assert.equal((await service.line()).event, "worker-ready");
    assert.equal((await service.line()).event, "reloaded");
    assert.equal((await ask(`${url}/two`)).status, 200);
    assert.equal((await service.line()).path, "/two");

    await writeFile(config, "{");
    service.child.kill("SIGHUP");
    assert.equal((await service.line()).event, "reloading");
    const { event, level, error } = await service.line();
    assert.deepEqual(
      [event, level, (error as { code: string }).code],
      ["reload-failed", 50, "CONFIG_INVALID"],
    );
    assert.equal((await ask(`${url}/two`)).status, 200);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("serve refuses a config's mistakes with one report and status 1", { skip: noMachine() }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-serve-"));
  try {
    const config = join(folder, "mayfly.json");
    await writeFile(config, JSON.stringify({ listen: { port: -1 }, routes: [{ path: "a" }] }));
    const { status, stdout, stderr } = await mayfly("serve", config);
    assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
    assert.match(
      stderr,
      /^mayfly: .*: 3 mistakes\n {2}listen\.port: .*\n {2}routes\.0\.path: .*\n {2}routes\.0\.function: .*\n$/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

serveTest("serve refuses a port that is taken with one line, a mend and status 1", async (options) => {
  await using service = new Service(...options, hello);
  const { url } = await service.line();
  const port = new URL(String(url)).port;
  const { status, stdout, stderr } = await mayfly("serve", ...options, "--port", port, hello);
  service.child.kill("SIGTERM");
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.match(
    stderr,
    new RegExp(`^mayfly: listen: another program has port ${port} of 127\\.0\\.0\\.1\n→ .*\n$`),
  );
  assert.equal((await service.done).status, 0);
});

test("serve says so when a config awaits what never comes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-serve-"));
  try {
    const config = join(folder, "mayfly.config.ts");
    await writeFile(config, "await new Promise(() => {}); export default {};");
    const { status, stderr } = await mayfly("serve", config);
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `mayfly: ${config}: it awaits something that does not come\n→ look at its top-level awaits\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const [text, accepted] of [
  ["5", false],
  ["0.5ms", false],
  ["25h", false],
  ["0", true],
  ["500ms", true],
  ["2m", true],
] as const)
  test(`serve ${accepted ? "takes" : "refuses"} --idle ${text}, as a config's text`, async () => {
    const { status, stderr } = await mayfly("serve", "--idle", text, "/nowhere/hello.ts");
    assert.equal(status, 1);
    if (accepted) assert.match(stderr, /no such file/);
    else assert.match(stderr, /^mayfly: .*--idle.* got \S+, expected a duration with its unit/);
  });

test("serve refuses a port that is none", async () => {
  const { status, stderr } = await mayfly("serve", "--port", "70000", hello);
  assert.equal(status, 1);
  assert.match(stderr, /^mayfly: .*--port.* got 70000, expected a port, 0 to 65535\n/);
});
