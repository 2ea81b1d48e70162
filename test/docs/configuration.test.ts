// configuration.test.ts: docs/configuration.md: its configurations compile and load, its command serves, its report of mistakes is real.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { loadServeConfig } from "../../src/gateway/config/load-config.js";
import { parseServeConfig } from "../../src/gateway/config/parse-config.js";
import { whyNoRuntime } from "../function/support.js";
import { noMachine, root, startMayfly } from "../support/mayfly.js";
import { fencedBlocks } from "./fenced-programs.js";

const execute = promisify(execFile);
const page = readFileSync(join(root, "docs", "configuration.md"), "utf8");
const blocks = fencedBlocks(page);
const configurations = blocks.filter(({ language }) => language === "ts" || language === "json");
const project = mkdtempSync(join(tmpdir(), "mayfly-configuration-"));
const environment = { ORDERS_DATABASE_URL: "postgres://orders" };
const fileOf = ({ language, line }: { language: string; line: number }) => `line-${line}.config.${language}`;

/** Every file and folder that the page's configurations name. */
const FILES = ["tls/cert.pem", "tls/key.pem", "hello.ts", "orders.ts", "echo.img", "api-key"];
const FOLDER_FILES = ["public/index.html", "routes/users/[id].ts"];

before(() => {
  for (const name of [...FILES, ...FOLDER_FILES]) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), name);
  }
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "mayfly"));
  for (const block of configurations)
    writeFileSync(join(project, fileOf(block)), block.text.replace("/run/secrets/api-key", "api-key"));
});
after(() => rmSync(project, { recursive: true }));

test("docs/configuration.md has configurations in TypeScript and in JSON", () => {
  assert.deepEqual(new Set(configurations.map(({ language }) => language)), new Set(["ts", "json"]));
});

test("the configurations of docs/configuration.md in TypeScript have the right types", async () => {
  const compilerOptions = { module: "NodeNext", types: [], strict: true, noEmit: true, skipLibCheck: true };
  const include = configurations.filter(({ language }) => language === "ts").map(fileOf);
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  await execute(process.execPath, [compiler, "--project", project]).catch((error: { stdout: string }) => {
    throw new Error(`docs/configuration.md does not compile\n${error.stdout}`);
  });
});

for (const block of configurations) {
  test(`the configuration of docs/configuration.md, line ${block.line}, is one`, async () => {
    const { config } = await loadServeConfig(join(project, fileOf(block)), { environment });
    assert.ok(config.routes.length > 0);
  });
}

test("docs/configuration.md names every field and every setting", () => {
  const named = (text: string): string[] => text.split(", ");
  for (const [value, at] of [
    [{ x: 1 }, ""],
    [{ functions: { f: { x: 1 } } }, "functions.f: "],
    [{ functions: { f: { limits: { x: 1 } } } }, "functions.f.limits: "],
    [{ routes: [{ path: "/", function: "f.ts", x: 1 }] }, "routes.0: "],
  ] as const) {
    const expected = new RegExp(`${at}got a field "x", expected one of (.*)`);
    assert.throws(
      () => parseServeConfig(value),
      ({ message }: Error) => {
        for (const field of named(expected.exec(message)![1]!))
          assert.match(page, new RegExp(`\`(?:[a-z]+\\.)?${field}[.\`]`), field);
        return true;
      },
    );
  }
});

test("the report of mistakes of docs/configuration.md is the one that is printed", () => {
  const report = blocks.find(({ text }) => text.startsWith("mayfly: "))!.text;
  const functions = { hello: { file: "hello.ts", secrets: { KEY: { env: "HELLO_KEY" } } } };
  const routes = [{ path: "/", function: "helo" }];
  const value = { listen: { port: 70_000 }, functions, routes };
  assert.throws(
    () => parseServeConfig(value, { name: "mayfly.json", environment }),
    ({ message }: Error) => `mayfly: ${message}\n` === report,
  );
});

test("the command of docs/configuration.md serves, and its curl is answered as it says", {
  skip: noMachine() || whyNoRuntime,
}, async () => {
  const [serve, curl] = blocks.filter(({ language }) => language === "sh");
  const [, place] = /^npx mayfly serve (\S+)\n$/.exec(serve!.text)!;
  const [, path] = /^curl http:\/\/127\.0\.0\.1:8080(\/\S*)\n$/.exec(curl!.text)!;
  const options = ["--allow-process-isolation", "--json", "--port=0"];
  const server = startMayfly(["serve", ...options, join(root, place!)]);
  const ended = once(server, "exit");
  try {
    const lines = createInterface({ input: server.stdout! });
    const [first] = (await once(lines, "line")) as [string];
    const {
      url,
      routes,
      try: example,
    } = JSON.parse(first) as Record<"url" | "try", string> & {
      routes: string[];
    };
    assert.equal(example, `curl ${url}/`);
    assert.deepEqual(routes, ["/files/[...rest]", "/", "/users/[id]"]);
    const response = await fetch(`${url}${path}`);
    assert.equal(await response.text(), blocks[blocks.indexOf(curl!) + 1]!.text);
    for (const absent of ["/users", "/users/", "/files/", "/_shared"])
      assert.equal((await fetch(`${url}${absent}`)).status, 404, absent);
  } finally {
    server.kill("SIGINT");
  }
  assert.deepEqual(await ended, [0, null]);
});
