// start.test.ts: what keeps a gateway from starting, with everything that is wrong in one report.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadServeConfig } from "../../src/gateway/config/load-config.js";
import { Gateway } from "../../src/gateway/gateway.js";
import { app } from "../support/mayfly.js";
import { machineTest } from "../vm/support/machines.js";
import { gatewayTest, HELLO, testConfig } from "./support/gateway.js";

async function withFile(text: string, body: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-gateway-"));
  try {
    const path = join(folder, "mayfly.json");
    await writeFile(path, text);
    await body(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("image paths are relative to the config file", () =>
  withFile(JSON.stringify({ routes: [{ path: "/a", image: "./a.img" }] }), async (path) => {
    await writeFile(join(path, "../a.img"), "");
    const {
      config: { functions, name },
    } = await loadServeConfig(path);
    assert.equal(functions[0]?.file, join(path, "../a.img"));
    assert.equal(name, path);
  }));

for (const [text, place, message] of [
  ['{\n  "routes" 1\n}', ":2:12", /^Expected ':'/],
  ['{\n  "routes": [,]\n}', "", /^Unexpected token ','/],
  ["", "", /^Unexpected end/],
] as const) {
  test(`a config that is no JSON is refused in one line: ${JSON.stringify(text)}`, () =>
    withFile(text, async (path) => {
      await assert.rejects(loadServeConfig(path), (error: Error & { code?: string }) => {
        assert.equal(error.code, "CONFIG_INVALID");
        const start = `${path}${place}: got no JSON: `;
        assert.equal(error.message.slice(0, start.length), start);
        assert.match(error.message.slice(start.length), message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    }));
}

test("a config file that is not there is refused by name, with a mend", async () => {
  await assert.rejects(loadServeConfig("/nowhere/mayfly.json"), {
    code: "CONFIG_INVALID",
    message: "read config /nowhere/mayfly.json: there is no such file or directory",
    mend: /mayfly serve/,
  });
});

machineTest("every image that cannot be served is in one report, and nothing listens", async (monitor) => {
  const config = testConfig({
    routes: [
      HELLO,
      { path: "/a", image: "/nowhere/a.img" },
      { path: "/b", image: app("block") },
      { path: "/c", image: app("echo"), limits: { memoryMiB: 2 } },
    ],
  });
  await assert.rejects(Gateway.listen(config, monitor), (error: Error & { code?: string }) => {
    assert.equal(error.code, "CONFIG_INVALID");
    const [first, ...rest] = error.message.split(/\n {2}(?! )/);
    assert.equal(first, `test: ${rest.length} mistakes`);
    assert.match(rest[0]!, /^functions\.a: .*\/nowhere\/a\.img.*ENOENT/);
    assert.match(rest[1]!, /^functions\.block: .*block\.img declares the block device/);
    return true;
  });
  assert.equal(monitor.vms.size, 0);
});

gatewayTest("a port that another program has is ADDRESS_IN_USE with a mend", {}, async ({ url }, monitor) => {
  const port = Number(new URL(url).port);
  const config = { ...testConfig({}), listen: { host: "127.0.0.1", port } };
  await assert.rejects(Gateway.listen(config, monitor), {
    code: "ADDRESS_IN_USE",
    message: `listen: another program has port ${port} of 127.0.0.1`,
    mend: /--port/,
  });
});

machineTest("an address that is not this host's is refused", async (monitor) => {
  const config = { ...testConfig({}), listen: { host: "192.0.2.1", port: 0 } };
  await assert.rejects(Gateway.listen(config, monitor), { code: "OPTION_INVALID", message: /192\.0\.2\.1/ });
});
