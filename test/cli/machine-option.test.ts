// machine-option.test.ts: `--machine` on run and serve: each choice, what is said without KVM, and what serve refuses.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { app, finished, mayfly, noKvm, root, startMayfly } from "../support/mayfly.js";
import { noProcessMachine } from "../support/no-machine.js";
import { absences, cannotHide, startWithoutKvm } from "../support/without-kvm.js";
import { machines } from "../vm/support/machines.js";

const hello = app("hello");
const config = `${root}/examples/native/mayfly.json`;
const greeting = "Hello, world!\n";
const serve = (machine: string, ...more: string[]): string[] => [
  "serve",
  "--json",
  "--port=0",
  `--machine=${machine}`,
  ...more,
  config,
];

for (const { kind, skip } of machines) {
  test(`run --machine ${kind} runs the image, and says nothing of the machine that was asked for`, {
    skip,
  }, async () => {
    const { status, stdout, stderr } = await mayfly("run", "--machine", kind, hello);
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: greeting, stderr: "" });
  });
}

test("auto takes KVM where it works, without a word", { skip: noKvm() }, async () => {
  const { status, stdout, stderr } = await mayfly("run", "--machine=auto", hello);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: greeting, stderr: "" });
});

for (const command of ["run", "serve"]) {
  test(`${command} refuses a machine that does not exist, and names those that do`, async () => {
    const { status, stdout, stderr } = await mayfly(
      command,
      "--machine=xen",
      command === "run" ? hello : config,
    );
    assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
    assert.match(stderr, /^mayfly: .*--machine.*xen.*kvm, process, auto.*\n→ .*\n$/);
  });
}

test("serve refuses the process machine in one sentence that names why, with two mends", {
  skip: noProcessMachine(),
}, async () => {
  const { status, stdout, stderr } = await mayfly(...serve("process"));
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.match(
    stderr,
    /^mayfly: .*process machine.*breaks out.*kernel.*\n→ .*KVM.*mayfly doctor.*--allow-process-isolation.*\n$/,
  );
});

for (const { how, reason } of absences) {
  const skip = cannotHide(how);
  const without = (...args: string[]) => finished(startWithoutKvm(how, args));

  test(`KVM ${how}: run says in one line why it takes the process machine, and runs`, { skip }, async () => {
    const { status, stdout, stderr } = await without("run", hello);
    assert.deepEqual({ status, stdout }, { status: 0, stdout: greeting });
    assert.match(stderr, /^mayfly: without KVM, on the process machine: .*\n$/);
    assert.match(stderr, reason);
  });

  test(`KVM ${how}: run --quiet and run --machine process have nothing to say`, { skip }, async () => {
    for (const option of ["--quiet", "--machine=process"]) {
      const { status, stdout, stderr } = await without("run", option, hello);
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: greeting, stderr: "" }, option);
    }
  });

  test(`KVM ${how}: --machine kvm is refused with the reason and a mend`, { skip }, async () => {
    for (const args of [["run", "--machine=kvm", hello], serve("kvm", "--allow-process-isolation")]) {
      const { status, stdout, stderr } = await without(...args);
      assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
      assert.match(stderr, /^mayfly: .*\n→ .*\n$/);
      assert.match(stderr, reason);
    }
  });

  test(`KVM ${how}: serve refuses auto's choice with the reason, and serves when told`, {
    skip,
  }, async () => {
    const { status, stdout, stderr } = await without(...serve("auto"));
    assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
    assert.match(stderr, /^mayfly: .*\n→ .*--allow-process-isolation.*\n$/);
    assert.match(stderr, reason);

    const child = startWithoutKvm(how, serve("auto", "--allow-process-isolation"));
    await whileServing(child, async ({ url, machine, machineReason }) => {
      assert.equal(machine, "process");
      assert.match(machineReason!, reason);
      assert.equal(await (await fetch(`${url}/hello`)).text(), `${greeting}GET /hello\n`);
    });
  });

  test(`KVM ${how}: the doctor says what works instead, with status 0`, { skip }, async () => {
    const { status, stdout } = await without("doctor", "--json");
    assert.equal(status, 0);
    const rows = JSON.parse(stdout) as { name: string; status: string; found: string }[];
    const row = (name: string) => rows.find((each) => each.name === name);
    assert.equal(row("machine process")?.status, "ok");
    assert.equal(row("machine kvm")?.status, "warn");
    assert.match(row("machine kvm")?.found ?? "", reason);
    assert.match(row("machine auto")?.found ?? "", /^takes process/);
  });
}

test("serve on the process machine answers when it is allowed, and says what it runs on", {
  skip: noProcessMachine(),
}, async () => {
  const child = startMayfly(serve("process", "--allow-process-isolation"));
  await whileServing(child, async ({ url, machine, machineReason }) => {
    assert.deepEqual({ machine, machineReason }, { machine: "process", machineReason: undefined });
    assert.equal((await fetch(`${url}/hello`)).status, 200);
  });
});

/** Hands the first line of the log over, then ends the service as its user would. */
async function whileServing(
  child: ChildProcess,
  body: (first: Record<string, string>) => Promise<void>,
): Promise<void> {
  const ended = finished(child);
  try {
    const line = once(createInterface({ input: child.stdout! }), "line") as Promise<[string]>;
    const first = await Promise.race([line.then(([text]) => text), ended]);
    if (typeof first !== "string") assert.fail(`it ended before it listened: ${JSON.stringify(first)}`);
    await body(JSON.parse(first) as Record<string, string>);
  } finally {
    child.kill("SIGTERM");
  }
  assert.equal((await ended).status, 0);
}
