// file-path.test.ts: no path and no link leads out of a directory of static files.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileNames, openWithin } from "./file-path.js";

const outside = mkdtempSync(join(tmpdir(), "mayfly-static-"));
const directory = join(outside, "public");
mkdirSync(join(directory, "a"), { recursive: true });
mkdirSync(join(outside, "public-not"));
writeFileSync(join(outside, "secret"), "secret");
writeFileSync(join(outside, "public-not", "secret"), "secret");
writeFileSync(join(directory, "a", "file.txt"), "text");
symlinkSync("a/file.txt", join(directory, "inner"));
symlinkSync("../secret", join(directory, "outer"));
symlinkSync("../public-not", join(directory, "beside"));
symlinkSync("loop", join(directory, "loop"));
symlinkSync(directory, join(outside, "current"));
execFileSync("mkfifo", [join(directory, "pipe")]);
after(() => rmSync(outside, { recursive: true }));

async function contentOf(root: string, ...names: string[]): Promise<string | undefined> {
  const handle = await openWithin(root, names);
  try {
    return handle === undefined || !(await handle.stat()).isFile()
      ? undefined
      : await handle.readFile("utf8");
  } finally {
    await handle?.close();
  }
}

test("fileNames decodes each segment once", () => {
  assert.deepEqual(fileNames("a%20b/%C3%BC.txt"), ["a b", "ü.txt"]);
  assert.deepEqual(fileNames("a%252fb/"), ["a%2fb"]);
  assert.deepEqual(fileNames(".well-known/x"), [".well-known", "x"]);
  assert.deepEqual(fileNames(""), []);
});

test("fileNames has none for a path that leads elsewhere or to what is hidden", () => {
  const paths = ["../x", "a/../x", "%2e%2e/x", "a%2f..%2fx", "./x", ".env", ".git/config", "a//b", "/x"];
  for (const path of [...paths, "a%00b", "%ff", "%", "..%5cx/..", "//"])
    assert.equal(fileNames(path), undefined, path);
});

test("files and links that stay inside are opened, also where the directory is a link", async () => {
  assert.equal(await contentOf(directory, "a", "file.txt"), "text");
  assert.equal(await contentOf(directory, "inner"), "text");
  assert.equal(await contentOf(join(outside, "current"), "a", "file.txt"), "text");
});

test("what leads outside, in a circle or nowhere is not opened", async () => {
  assert.equal(await openWithin(directory, ["outer"]), undefined);
  assert.equal(await openWithin(directory, ["beside", "secret"]), undefined);
  assert.equal(await openWithin(directory, ["..", "secret"]), undefined);
  assert.equal(await openWithin(directory, ["loop"]), undefined);
  assert.equal(await openWithin(directory, ["absent"]), undefined);
  assert.equal(await openWithin(directory, ["a", "file.txt", "x"]), undefined);
});

test("a pipe holds nobody up", async () => {
  assert.equal(await contentOf(directory, "pipe"), undefined);
});
