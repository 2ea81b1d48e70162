// invoke.test.ts: `mayfly invoke` as a user meets it: bin/mayfly.js in a process of its own, each real machine.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { project, whyNoRuntime } from "../function/support.js";
import { type Finished, finished, startMayfly } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";

const HANDLER = `
export default {
  async fetch(request: Request): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/throw": throw new TypeError("no such thing");
      case "/cause": throw new Error("outer", { cause: { code: 4 } });
      case "/loop": for (;;);
      case "/wait": console.log("waiting"); await new Promise((done) => setTimeout(done, 60_000));
      case "/long": return new Response(new Uint8Array(3 << 20));
      case "/binary": return new Response(new Uint8Array([0, 255]));
      case "/break": return new Response(new ReadableStream({ pull: () => Promise.reject(new Error("no more")) }));
    }
    console.log("said");
    const said = request.headers.get("x-said");
    return new Response(\`\${request.method} \${said} \${await request.text()}\\n\`, { status: 404, headers: { "x-a": "1" } });
  },
};
`;

type Invoke = (...args: string[]) => Promise<Finished>;

function invokeTest(
  name: string,
  body: (invoke: Invoke, folder: string, kind: string) => Promise<void>,
): void {
  for (const { kind, skip } of machines)
    test(`${kind}: ${name}`, { skip: whyNoRuntime || skip, timeout: 60_000 }, async (context) => {
      const folder = await project(context, { "handler.ts": HANDLER });
      const invoke: Invoke = (...args) =>
        finished(startMayfly(["invoke", join(folder, "handler.ts"), `--machine=${kind}`, ...args]));
      await body(invoke, folder, kind);
    });
}

invokeTest(
  "the response goes to stdout, what the function prints to stderr, and a 404 is no failure",
  async (invoke) => {
    assert.deepEqual(await invoke("-d", "words", "-H", "x-said: yes", "--include"), {
      status: 0,
      signal: null,
      stdout: "404\ncontent-type: text/plain;charset=UTF-8\nx-a: 1\n\nPOST yes words\n",
      stderr: "said\n",
    });
    const head = await invoke("-X", "HEAD");
    assert.deepEqual([head.status, head.stdout], [0, ""]);
  },
);

invokeTest(
  "--json prints response and bill as one object, bytes that are no text in base64",
  async (invoke) => {
    const text = JSON.parse((await invoke("--json", "--repeat=2")).stdout);
    assert.deepEqual([text.status, text.body, text.calls], [404, "GET null \n", 2]);
    assert.ok(text.bill.cpuMs > 0 && text.ms.max >= text.ms.p50);
    assert.equal(JSON.parse((await invoke("--json", "-p", "/binary")).stdout).bodyBase64, "AP8=");
  },
);

invokeTest("a call that fails shows what it cost, too", async (invoke) => {
  const failed = await invoke("--json", "-p", "/throw");
  assert.equal(failed.status, 1);
  const { error, bill } = JSON.parse(failed.stdout);
  assert.deepEqual([error.code, error.thrown.message], ["FUNCTION_THREW", "no such thing"]);
  assert.ok(bill.cpuMs > 0);
  for (const path of ["/throw", "/loop", "/break"]) {
    const { status, stderr } = await invoke("--stats", "-p", path);
    assert.equal(status, 1);
    assert.match(stderr, /^CPU time +\d+\.\d+ ms/m, path);
    assert.match(stderr, /^memory +(?!0\.00)\d+\.\d+ MiB/m, path);
    assert.match(stderr, /^mayfly: the function (?:threw|failed)/m, path);
  }
});

invokeTest("--stats and --repeat print tables on stderr", async (invoke) => {
  const { status, stderr } = await invoke("--repeat=3", "--stats", "--verify-reset");
  assert.equal(status, 0);
  for (const row of [/^calls +3$/m, /^max +\d+\.\d+ ms$/m, /^CPU time +\d+\.\d+ ms/m, /^ {2}exchange +1$/m])
    assert.match(stderr, row);
});

invokeTest(
  "a failure is one line with the command's own options in its mend, and status 1",
  async (invoke) => {
    const failure = async (...args: string[]): Promise<string> => {
      const { status, stderr } = await invoke(...args);
      assert.equal(status, 1);
      return stderr;
    };
    assert.match(
      await failure("-p", "/throw"),
      /^TypeError: no such thing\n {4}at fetch .*\nmayfly: the function threw .*\n$/,
    );
    assert.match(
      await failure("-p", "/cause"),
      /^Error: outer\n {4}at fetch .*\ncaused by \{ code: 4 \}\nmayfly: the function threw Error: outer\n$/,
    );
    assert.match(await failure("-p", "/loop"), /^mayfly: .* CPU time of 50 ms\n→ .*: --cpu-limit\n$/);
    assert.match(
      await failure("-p", "/wait", "--timeout=200ms"),
      /^waiting\nmayfly: .* wall time of 200 ms\n→ .*: --timeout\n$/,
    );
    const long = ["-p", "/long", "--cpu-limit=10s"];
    assert.match(
      await failure(...long, "--body-limit=1"),
      /^mayfly: .* at most 1048576\n→ .*: --body-limit\n$/,
    );
    assert.equal((await invoke(...long, "--body-limit=4")).stdout.length, 3 << 20);
    assert.match(
      await failure("-p", "/break"),
      /no more[\s\S]*\nmayfly: the function threw Error: no more\n$/,
    );
  },
);

invokeTest(
  "a function that does not come to its first call says where it failed",
  async (_, folder, kind) => {
    const file = join(folder, "cold.ts");
    const warmUp = 'warmUp() {\n    throw new TypeError("not today");\n  }';
    await writeFile(file, `export default {\n  ${warmUp},\n  fetch: () => new Response(),\n};\n`);
    const { status, stderr } = await finished(startMayfly(["invoke", file, `--machine=${kind}`]));
    assert.equal(status, 1);
    assert.match(
      stderr,
      /cold\.ts did not start, while it warmed up: the function threw TypeError: not today\n/,
    );
    assert.match(stderr, /cold\.ts:3:/);
  },
);

invokeTest(
  "a function that needs more memory than it has is told which option gives it more",
  async (_, folder, kind) => {
    const file = join(folder, "large.ts");
    await writeFile(
      file,
      `const all: object[] = [];\nfor (;;) all.push({});\nexport default { fetch: 1 };\n`,
    );
    for (const mem of ["20", "8"]) {
      const { status, stderr } = await finished(
        startMayfly(["invoke", file, `--machine=${kind}`, `--mem=${mem}`]),
      );
      assert.equal(status, 1);
      assert.match(stderr, /memory/);
      assert.match(stderr, /\n→ give it more, if it needs that much: --mem\n$/);
    }
  },
);

invokeTest(
  "variables and secrets reach the handler, and a secret's value is shown nowhere",
  async (_, folder, kind) => {
    const file = join(folder, "env.ts");
    await writeFile(
      file,
      "export default { fetch(_: Request, env: object) { console.log(env); return Response.json(env); } };\n",
    );
    await writeFile(join(folder, "token"), "from-a-file\n");
    const env = { ...process.env, API_KEY: "from-the-environment" };
    const invoke = (...args: string[]) =>
      finished(startMayfly(["invoke", file, `--machine=${kind}`, ...args], { env }));
    const secrets = [
      "--secret=API_KEY",
      "--secret=B=env:API_KEY",
      `--secret=C=file:${join(folder, "token")}`,
    ];
    const { stdout, stderr } = await invoke("-e", "REGION=eu", "--env=EMPTY=", "--env=SUM=1+1=2", ...secrets);
    assert.deepEqual(JSON.parse(stdout), {
      ...{ REGION: "eu", EMPTY: "", SUM: "1+1=2" },
      ...{ API_KEY: "from-the-environment", B: "from-the-environment", C: "from-a-file" },
    });
    assert.match(stderr, /REGION/);
    assert.doesNotMatch(stderr, /from-/);
    for (const [args, said] of [
      [["--secret", "TOKEN=hunter2"], /--secret TOKEN: got no source, expected NAME, NAME=env:VARIABLE/],
      [["--secret", "hunter2!"], /--secret: got a word without "=", expected/],
      [["--secret", "TOKEN=env:NO_SUCH"], /--secret: TOKEN\.env: got no environment variable NO_SUCH/],
      [["--env", "hunter2"], /--env: got a word without "=", expected NAME=VALUE/],
      [
        ["--env", "API_KEY=hunter2", "--secret", "API_KEY"],
        /--secret API_KEY: got a name that --env has, too/,
      ],
    ] as const) {
      const refused = await invoke(...args);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, said);
      assert.doesNotMatch(refused.stderr, /hunter2/);
    }
  },
);

invokeTest("a mistake of an option is told by the option's name", async (invoke) => {
  const { stderr } = await invoke("--allow-origin", "https://a.example", "--allow-origin", "nope");
  assert.match(stderr, /^mayfly: --allow-origin: got "nope", expected an origin/);
});

invokeTest("Ctrl-C ends a call that waits, with status 130", async (_, folder, kind) => {
  const child = startMayfly(["invoke", join(folder, "handler.ts"), "-p", "/wait", `--machine=${kind}`]);
  const ended = finished(child);
  // Once the function says something, it runs.
  await once(child.stderr!, "data");
  child.kill("SIGINT");
  assert.deepEqual(await ended, { status: 130, signal: null, stdout: "", stderr: "waiting\n" });
});
