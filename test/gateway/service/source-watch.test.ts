// source-watch.test.ts: what counts as a change of a source, and an end at any moment.
import assert from "node:assert/strict";
import { appendFile, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { SourceWatch } from "../../../src/gateway/service/source-watch.js";
import { project } from "../../function/support.js";

/** A watch whose next change can be waited for. */
function watching(context: TestContext): { watch: SourceWatch; next(): Promise<string> } {
  let tell: (path: string) => void = () => {};
  const watch = new SourceWatch((path) => tell(path));
  context.after(() => watch.close());
  const next = (): Promise<string> =>
    new Promise((resolve) => {
      tell = resolve;
    });
  return { watch, next };
}

test("a change of a file, and another file in its place, are changes of a source", async (context) => {
  const folder = await project(context, { "a.ts": "1", "b.ts": "1" });
  const { watch, next } = watching(context);
  const [a, b] = [join(folder, "a.ts"), join(folder, "b.ts")];
  await watch.follow([a]);
  const first = next();
  await writeFile(b, "2");
  await writeFile(a, "2");
  assert.equal(await first, a, "and b is none");
  for (const text of ["3", "4"]) {
    const again = next();
    await writeFile(join(folder, `a.ts.${text}`), text);
    await rename(join(folder, `a.ts.${text}`), a);
    assert.equal(await again, a);
  }
});

test("in a folder of handlers every handler is a source, also what was not there, but no package, nothing hidden and no log", async (context) => {
  const folder = await project(context, { "routes/index.ts": "1", "routes/node_modules/p/index.js": "1" });
  const { watch, next } = watching(context);
  const routes = join(folder, "routes");
  await watch.follow([routes]);
  const first = next();
  await writeFile(join(routes, "node_modules/p/index.js"), "2");
  await writeFile(join(routes, ".index.ts.swp"), "2");
  await writeFile(join(routes, "serve.log"), "2");
  await mkdir(join(routes, "users"));
  assert.equal(await first, join(routes, "users"));
  const second = next();
  await writeFile(join(routes, "users", "[id].ts"), "1");
  assert.equal(await second, join(routes, "users", "[id].ts"));
});

test("a link to itself beside a source, or in a folder of handlers, ends nothing", async (context) => {
  const folder = await project(context, { "a.ts": "1", "routes/index.ts": "1" });
  const { watch, next } = watching(context);
  const [a, routes] = [join(folder, "a.ts"), join(folder, "routes")];
  await symlink("before.ts", join(folder, "before.ts"));
  await watch.follow([a, routes]);
  watch.followAll();
  for (const place of [folder, routes]) {
    const first = next();
    await symlink("loop.ts", join(place, "loop.ts"));
    await writeFile(a, "2");
    assert.equal(await first, a);
  }
});

test("behind a failure every new file nearby is one, until the next success", async (context) => {
  const folder = await project(context, { "a.ts": "1" });
  const { watch, next } = watching(context);
  await watch.follow([join(folder, "a.ts")]);
  watch.followAll();
  const first = next();
  await writeFile(join(folder, "missing.ts"), "1");
  assert.equal(await first, join(folder, "missing.ts"));
});

test("behind a failure a log nearby may grow: only what may be a source by its name counts when it changes", async (context) => {
  const folder = await project(context, { "a.ts": "1", "b.ts": "1", "serve.log": "1" });
  const { watch, next } = watching(context);
  await watch.follow([join(folder, "a.ts")]);
  watch.followAll();
  const first = next();
  await writeFile(join(folder, "b.ts"), "2");
  await appendFile(join(folder, "serve.log"), "2");
  assert.equal(await first, join(folder, "b.ts"));
});

test("closed while it begins to watch, it comes to an end, and tells nothing more", async (context) => {
  const folder = await project(context, { "a.ts": "1" });
  const { watch } = watching(context);
  const following = watch.follow([join(folder, "a.ts")]);
  await watch.close();
  await following;
  await watch.follow([folder]);
});
