// manifest-file.test.ts: what a manifest may say, and how its mistakes are named.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifest, readManifestFile } from "./manifest-file.js";

const manifest = (devices: unknown) => JSON.stringify({ type: "solo5.manifest", version: 1, devices });

test("parseManifest returns the devices in their order", () => {
  const devices = [
    { name: "storage", type: "BLOCK_BASIC" },
    { name: "service0", type: "NET_BASIC" },
  ];
  assert.deepEqual(parseManifest(manifest(devices), "m.json"), devices);
  assert.deepEqual(parseManifest(manifest([]), "m.json"), []);
});

test("parseManifest names every mistake with its path", () => {
  const text = JSON.stringify({
    type: "other",
    version: 2,
    devices: [
      { name: "a b", type: "BLOCK_BASIC" },
      { name: "x", type: "SOUND" },
      { name: "y", type: "NET_BASIC", color: 1 },
    ],
  });
  assert.throws(
    () => parseManifest(text, "m.json"),
    ({ code, message }) => {
      assert.equal(code, "CONFIG_INVALID");
      assert.match(message, /^manifest m\.json: /);
      for (const path of ["type: ", "version: ", "devices[0].name: ", "devices[1].type: ", "devices[2]: "])
        assert.ok(message.includes(path), `${path} is not in: ${message}`);
      assert.ok(!message.includes("\n"));
      return true;
    },
  );
});

test("parseManifest refuses names that are declared twice, empty, or too long", () => {
  const named = (...names: string[]) => manifest(names.map((name) => ({ name, type: "NET_BASIC" })));
  assert.throws(() => parseManifest(named("a", "b", "a"), "m"), {
    message: /devices\[2\]\.name: "a" was declared before/,
  });
  assert.throws(() => parseManifest(named(""), "m"), {
    message: /devices\[0\]\.name: expected letters and digits/,
  });
  assert.throws(() => parseManifest(named("n".repeat(68)), "m"), { message: /devices\[0\]\.name: / });
  assert.equal(parseManifest(named("n".repeat(67)), "m").length, 1);
});

test("parseManifest takes 63 devices and no more", () => {
  const devices = Array.from({ length: 64 }, (_, i) => ({ name: `n${i}`, type: "NET_BASIC" }));
  assert.equal(parseManifest(manifest(devices.slice(1)), "m").length, 63);
  assert.throws(() => parseManifest(manifest(devices), "m"), { message: /devices: / });
});

test("a manifest that is no JSON, or not there, is named", async () => {
  assert.throws(() => parseManifest("{", "m.json"), {
    code: "CONFIG_INVALID",
    message: /^manifest m\.json: not JSON: /,
  });
  await assert.rejects(readManifestFile("/nonexistent/m.json"), {
    code: "CONFIG_INVALID",
    message: "reading manifest /nonexistent/m.json: got ENOENT, expected a JSON file",
  });
});
