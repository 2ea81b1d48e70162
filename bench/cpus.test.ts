// cpus.test.ts: which processors the ends get, and that a started program stays where its parent was.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { cpusOf, endCpus, stayOn, stayOnAll } from "./cpus.js";

test("a set's processors are found in order", () => {
  assert.deepEqual(cpusOf(new Uint8Array([0b101, 0, 0b1000_0000])), [0, 2, 23]);
  assert.deepEqual(cpusOf(new Uint8Array(2)), []);
});

test("a program that is started meanwhile stays on the processor, and afterwards all is as before", () => {
  const allowedOfChild = (): string =>
    spawnSync("grep", ["Cpus_allowed_list", "/proc/self/status"], { encoding: "utf8" }).stdout;
  const before = allowedOfChild();
  const ends = endCpus();
  {
    using _here = stayOn(ends.client);
    assert.match(allowedOfChild(), new RegExp(`:\\s*${ends.client}\n$`));
    assert.deepEqual(endCpus(), ends);
    using _everywhere = stayOnAll();
    assert.equal(allowedOfChild(), before);
  }
  assert.equal(allowedOfChild(), before);
});
