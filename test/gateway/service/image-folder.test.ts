// image-folder.test.ts: folders of images: kept while their process lives, whatever their age; those of dead ones go.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openImageFolder } from "../../../src/gateway/service/image-folder.js";
import { project } from "../../function/support.js";

const LONG_AGO = new Date(0);

test("a folder stays while its process lives, and goes when somebody opens one behind its death", async (context) => {
  const parent = await project(context, {});
  const module = new URL("../../../src/gateway/service/image-folder.js", import.meta.url).href;
  const program = `import { openImageFolder } from ${JSON.stringify(module)};
    await openImageFolder(${JSON.stringify(parent)});`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
  assert.equal(status, 0, stderr.toString());
  const [dead] = readdirSync(parent);
  const young = join(parent, "config-young");
  mkdirSync(young);

  const own = await openImageFolder(parent);
  assert.ok(existsSync(join(parent, dead!)), "it may be somebody's who has just made it");
  for (const path of [join(parent, dead!), own.path]) utimesSync(path, LONG_AGO, LONG_AGO);
  const other = await openImageFolder(parent);
  assert.deepEqual([join(parent, dead!), own.path, young].map(existsSync), [false, true, true]);
  await Promise.all([own.remove(), other.remove()]);
  assert.deepEqual(readdirSync(parent), ["config-young"]);
});
