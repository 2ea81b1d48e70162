// object-cache.test.ts: keys and dependency rules. Whole builds are tested in test/build.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, parseDependencies } from "./object-cache.js";

test("hashOf tells lists apart that read alike when joined", () => {
  assert.notEqual(hashOf(["ab", "c"]), hashOf(["a", "bc"]));
  assert.notEqual(hashOf(["a"]), hashOf(["a", ""]));
  assert.equal(hashOf(["a", Buffer.from("b")]), hashOf(["a", "b"]));
});

test("parseDependencies reads continued lines and escaped names", () => {
  const rule = "out/x.o: src/a.c \\\n  include/with\\ space.h include/b.h \\\n /c$$d.h\n";
  assert.deepEqual(parseDependencies(rule), ["src/a.c", "include/with space.h", "include/b.h", "/c$d.h"]);
  assert.deepEqual(parseDependencies(""), []);
});
