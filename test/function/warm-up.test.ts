// warm-up.test.ts: what a handler does before its snapshot, once, for all requests; and how it can fail there.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { type TestContext, test } from "node:test";
import { packageRoot } from "../../src/build/places.js";
import {
  Function as FetchFunction,
  FunctionError,
  type FunctionOptions,
  MayflyError,
} from "../../src/index.js";
import { fencedPrograms } from "../docs/fenced-programs.js";
import { type MachineUnderTest, machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

/** Loads a handler from its source text, or from a file by its absolute path. */
type Load = (source: string, options?: FunctionOptions) => Promise<FetchFunction>;

function warmUpTest(name: string, body: (load: Load, kind: MachineUnderTest["kind"]) => Promise<void>): void {
  for (const machine of machines) {
    const skip = whyNoRuntime || machine.skip;
    test(`${machine.kind}: ${name}`, { skip, timeout: 60_000 }, async (context: TestContext) => {
      const load: Load = async (source, options = {}) => {
        const folder = await project(context, { "handler.js": source });
        const file = isAbsolute(source) ? source : join(folder, "handler.js");
        const fn = await FetchFunction.load(file, {
          machine: machine.kind,
          ...options,
        });
        context.after(() => fn.close());
        return fn;
      };
      await body(load, machine.kind);
    });
  }
}

const ask = async (fn: FetchFunction): Promise<unknown> => (await fn.fetch("http://localhost/")).json();

warmUpTest("the example of docs/functions.md answers", async (load) => {
  const page = readFileSync(join(packageRoot, "docs", "functions.md"), "utf8");
  const example = fencedPrograms(page).find(({ source }) => source.includes("warmUp:"))!.source;
  // Within the repository, where hono is found.
  const folder = join(packageRoot, "build", "test", `warm-up-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "app.ts"), example);
    const fn = await load(join(folder, "app.ts"));
    assert.equal(await (await fn.fetch("http://localhost/users/7")).text(), '{"user":"7"}');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

warmUpTest("a handler that is a Proxy with something for every name has no warmUp", async (load) => {
  const router = `{ __proto__: new Proxy({}, { get: () => () => "a route" }), fetch: () => new Response("ok") }`;
  for (const source of [router, `new Proxy(${router}, { get: (to, name) => to[name] })`]) {
    const fn = await load(`export default ${source};`);
    assert.equal(await (await fn.fetch("http://localhost/")).text(), "ok");
  }
});

const COUNTING = `
let warm = 0, calls = 0, seen;
export default {
  async warmUp(env) {
    await new Promise((done) => setTimeout(done, 5));
    warm += 1;
    seen = env.REGION + " " + env.TOKEN;
  },
  fetch: (request, env) => Response.json({ warm, calls: ++calls, seen }),
};`;

warmUpTest("every request finds what warmUp left, which has seen the configuration", async (load) => {
  for (const isolation of ["request", "boot"] as const) {
    const fn = await load(COUNTING, {
      isolation,
      env: { REGION: "eu" },
      secrets: { TOKEN: "s3cr3t" },
      verifyReset: true,
    });
    for (let call = 0; call < 3; call++)
      assert.deepEqual(await ask(fn), { warm: 1, calls: 1, seen: "eu s3cr3t" });
  }
  const instance = await load(COUNTING, { isolation: "instance" });
  for (const calls of [1, 2])
    assert.deepEqual(await ask(instance), { warm: 1, calls, seen: "undefined undefined" });
});

warmUpTest(
  "chance that warmUp drew is every request's, and what a request draws is its own",
  async (load) => {
    const fn = await load(`
    let drawn;
    export default {
      warmUp() { drawn = [Math.random(), crypto.randomUUID()]; },
      fetch: () => Response.json({ drawn, own: [Math.random(), crypto.randomUUID()] }),
    };`);
    const answers = (await Promise.all(Array.from({ length: 10 }, () => ask(fn)))) as Record<
      string,
      unknown[]
    >[];
    assert.equal(new Set(answers.map(({ drawn }) => String(drawn))).size, 1);
    for (const place of [0, 1]) assert.equal(new Set(answers.map(({ own }) => own![place])).size, 10);
  },
);

warmUpTest("a function that starts sends no requests, though it may later", async (load) => {
  const fn = await load(
    `let refused;
    export default {
      warmUp: () => fetch("http://127.0.0.1:9/").catch((error) => { refused = String(error); }),
      fetch: () => Response.json(refused),
    };`,
    { outbound: { origins: ["*"] } },
  );
  assert.match(
    String(await ask(fn)),
    /^TypeError: fetch http:\/\/127\.0\.0\.1:9\/: expected a request first/,
  );
});

/** What load() rejects with. */
async function failureOf(loading: Promise<unknown>): Promise<FunctionError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FunctionError, String(error));
  assert.equal(error.code, "FUNCTION_NOT_STARTED");
  return error;
}

const withWarmUp = (body: string): string => `
export default {
  async warmUp(env) { ${body} },
  fetch: () => new Response(),
};`;

warmUpTest("a warmUp that throws is told with its place, and without secrets", async (load) => {
  const secrets = { TOKEN: "s3cr3t-token" };
  const error = await failureOf(load(withWarmUp("throw new TypeError('bad ' + env.TOKEN);"), { secrets }));
  assert.match(
    error.message,
    /did not start, while it warmed up: the function threw TypeError: bad \[secret TOKEN\]$/,
  );
  assert.equal(error.thrown?.message, "bad [secret TOKEN]");
  assert.match(String(error.details), /handler\.js:3:/);
});

warmUpTest("a warmUp that never ends, loops or needs too much memory is told, too", async (load) => {
  assert.match(
    (await failureOf(load(withWarmUp("await new Promise(() => {});")))).message,
    /can never settle/,
  );
  const limits = { startCpuTimeMs: 200 };
  const { end } = await failureOf(load(withWarmUp("for (;;);"), { limits }));
  assert.equal(end?.reason, "cpu-time-limit");
  const hungry = withWarmUp("const all = []; for (;;) all.push(new Uint8Array(1 << 20));");
  assert.match((await failureOf(load(hungry))).message, /memory/);
});

warmUpTest("a warmUp that is no function is a mistake", async (load) => {
  const source = "export default { warmUp: 1, fetch: () => new Response() };";
  await assert.rejects(load(source), (error) => {
    assert.ok(error instanceof MayflyError);
    return /its default export has 1 as warmUp, expected a function$/.test(error.message);
  });
});
