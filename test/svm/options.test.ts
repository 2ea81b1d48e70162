// options.test.ts: the command line of `npm run test:svm`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./options.js";

test("parseOptions takes texts and options in any order", () => {
  const options = parseOptions(["kvm", "--time-limit", "1.5", "image", "--if-available"]);
  assert.deepEqual(options.texts, ["kvm", "image"]);
  assert.equal(options.timeLimitMs, 90_000);
  assert.equal(options.ifAvailable, true);
  assert.equal(options.host, false);
});

test("parseOptions runs the host as well when both results are to be written", () => {
  assert.equal(parseOptions(["--write-docs"]).host, true);
});

test("parseOptions rejects what makes no sense", () => {
  assert.throws(() => parseOptions(["--time-limit", "soon"]), /--time-limit: got soon, expected minutes/);
  assert.throws(() => parseOptions(["--time-limit", "0"]), /got 0, expected minutes/);
  assert.throws(() => parseOptions(["--write-docs", "kvm"]), /got only some of the files, expected all/);
  assert.throws(() => parseOptions(["--fast"]), /--fast/);
});
