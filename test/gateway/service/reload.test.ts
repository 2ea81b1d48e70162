// reload.test.ts: a service loads everything anew, when it is asked to and when files change, and goes on when that fails.
import assert from "node:assert/strict";
import { rename, symlink } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { until } from "../../support/until.js";
import { ask } from "../support/client.js";
import { configOf, saying, serviceTest } from "./running-service.js";

serviceTest(
  "a reload has new workers with the handlers as they are now",
  { "hello.ts": saying("one"), "mayfly.json": configOf() },
  async (running) => {
    const { service } = running;
    const before = service.pids;
    assert.equal(await running.text("/"), "one 1");
    await running.write("hello.ts", saying("two"));
    assert.equal(await running.text("/"), "one 1", "nobody watches");
    await service.reload();
    assert.equal(await running.text("/"), "two 1");
    assert.equal(service.pids.length, 2);
    assert.ok(service.pids.every((pid) => !before.includes(pid)));
  },
);

serviceTest(
  "a reload that fails leaves the old workers, and says why",
  { "hello.ts": saying("one"), "mayfly.json": configOf() },
  async (running) => {
    await running.write("hello.ts", "export default {");
    await assert.rejects(running.service.reload(), { code: "CONFIG_INVALID", message: /hello\.ts:1:17/ });
    const { error } = await running.event("reload-failed");
    assert.match(String(error), /hello\.ts:1:17/);
    assert.equal(await running.text("/"), "one 1");

    await running.write("hello.ts", "throw new Error('not today'); export default { fetch() {} };");
    await assert.rejects(running.service.reload(), { code: "CONFIG_INVALID", message: /not today/ });
    await running.event("reload-failed", 2);
    assert.equal(await running.text("/"), "one 1");

    await running.write("mayfly.json", "{");
    await assert.rejects(running.service.reload(), { code: "CONFIG_INVALID" });
    assert.equal(await running.text("/"), "one 1");
  },
);

serviceTest(
  "reloads that are asked for during one are one",
  { "hello.ts": saying("one"), "mayfly.json": configOf({ workers: 1 }) },
  async (running) => {
    await Promise.all(Array.from({ length: 5 }, () => running.service.reload()));
    assert.equal(running.events.filter(({ kind }) => kind === "reloaded").length, 2);
  },
);

serviceTest(
  "a client that keeps its connection notices nothing of reloads",
  { "hello.ts": saying("hello"), "mayfly.json": configOf() },
  async (running) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let isOver = false;
    const asking = (async () => {
      const answers: string[] = [];
      while (!isOver) {
        const { status, body } = await ask(`${running.service.url}/`, { agent });
        answers.push(`${status} ${body}`);
      }
      return answers;
    })();
    for (let i = 0; i < 3; i++) await running.service.reload();
    isOver = true;
    assert.deepEqual(new Set(await asking), new Set(["200 hello 1"]));
    agent.destroy();
  },
);

serviceTest(
  "what only a new start can change is told",
  { "hello.ts": saying("hello"), "mayfly.json": configOf({ workers: 1 }) },
  async (running) => {
    await running.write("mayfly.json", configOf({ workers: 1, listen: { host: "::1" } }));
    await running.service.reload();
    assert.deepEqual(await running.event("needs-restart"), { kind: "needs-restart", field: "listen.host" });
    assert.equal(await running.text("/"), "hello 1");
  },
);

serviceTest(
  "a service that watches reloads when a handler changes, or what it imports",
  {
    "hello.ts":
      'import { word } from "./lib/word.ts";\nexport default { fetch: () => new Response(word) };\n',
    "lib/word.ts": 'export const word = "one";\n',
    "other.txt": "no source",
    "mayfly.json": configOf({ workers: 1, watch: true }),
  },
  async (running) => {
    await running.write("other.txt", "changed");
    await running.write("lib/word.ts", 'export const word = "two";\n');
    const { changed } = await running.event("reloading");
    assert.match(changed ?? "", /word\.ts$/);
    // A file may be read while it is written: what counts is how a change ends, not how often it was tried.
    const answers = async (text: string): Promise<void> => {
      while ((await running.text("/")) !== text);
    };
    await answers("two");

    const importing = (file: string) =>
      `import { word } from "./lib/${file}";\nexport default { fetch: () => new Response(word) };\n`;
    await running.writeToFail("hello.ts", importing("new.ts"), /new\.ts/);
    assert.equal(await running.text("/"), "two");

    // A handler that cannot start is mended in a file that is one of its sources since then.
    await running.write("lib/early.ts", 'throw new Error("too early");\nexport const word = "early";\n');
    await running.writeToFail("hello.ts", importing("early.ts"), /early/);
    await running.write("lib/early.ts", 'export const word = "in time";\n');
    await answers("in time");
    await running.writeToFail("hello.ts", importing("new.ts"), /new\.ts/);

    // The file that was missing was no source until now.
    await running.write("lib/new.ts", 'export const word = "three";\n');
    await answers("three");

    await running.write("mayfly.json", configOf({ workers: 2, watch: true }));
    await until(() => running.service.pids.length === 2);
  },
);

serviceTest(
  "a service that watches reloads when a link of a handler leads somewhere else",
  {
    "hello.ts": saying("zero"),
    "1/hello.ts": saying("one"),
    "2/hello.ts": saying("two"),
    "mayfly.json": configOf({ workers: 1, watch: true }),
  },
  async (running) => {
    for (const [folder, word] of [
      [1, "one"],
      [2, "two"],
    ] as const) {
      await symlink(`${folder}/hello.ts`, join(running.folder, "link"));
      await rename(join(running.folder, "link"), join(running.folder, "hello.ts"));
      while (!(await running.text("/")).startsWith(word));
    }
  },
);
