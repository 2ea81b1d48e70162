// vms.test.ts: virtual machines behind all walls: made, put back, ended, many at a time, on both machines.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildCached } from "../../../src/build/function/build-cached.js";
import { Supervisor } from "../../../src/gateway/workers/supervisor.js";
import { workerFiles } from "../../../src/gateway/workers/worker-files.js";
import { root } from "../../support/mayfly.js";
import { machines } from "../../vm/support/machines.js";
import { ask } from "../support/client.js";
import type { FunctionConfig } from "./function-worker.js";

const program = fileURLToPath(new URL("function-worker.js", import.meta.url));
const folder = join(root, "build", "test", "workers");
const LONGEST_MS = 120_000;

const HANDLER = `
let visits = 0;
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/loop") for (;;);
    if (pathname === "/throw") throw new Error("as told");
    await new Promise((resolve) => setTimeout(resolve, 5));
    return new Response(\`\${++visits} \${pathname}\`);
  },
};
`;

for (const { kind, skip } of machines)
  test(`${kind}: a worker behind all walls runs VMs`, { skip, timeout: LONGEST_MS }, async () => {
    mkdirSync(folder, { recursive: true });
    const source = join(folder, `${kind}.js`);
    writeFileSync(source, HANDLER);
    const { output: image } = await buildCached(source);
    const files = workerFiles({ machine: kind, reads: [dirname(image)] });
    const launch = { program, files, keepsCapabilities: kind === "process" };
    const config: FunctionConfig = { image, machine: kind };
    const listen = { host: "127.0.0.1", port: 0 };
    const supervisor = await Supervisor.start({ launch, config, workers: 2, listen });
    try {
      const paths = Array.from({ length: 40 }, (_, i) => `/${i}`);
      const answers = await Promise.all(paths.map((path) => ask(supervisor.url + path)));
      assert.deepEqual(
        answers.map(({ body }) => body.toString()),
        paths.map((path) => `1 ${path}`),
      );
      assert.equal((await ask(`${supervisor.url}/loop`)).body.toString(), "FUNCTION_CPU_LIMIT");
      assert.equal((await ask(`${supervisor.url}/throw`)).body.toString(), "FUNCTION_THREW");
      assert.equal((await ask(`${supervisor.url}/after`)).body.toString(), "1 /after");
    } finally {
      await supervisor.close();
      rmSync(source);
    }
  });
