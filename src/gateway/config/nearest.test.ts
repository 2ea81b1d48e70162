// nearest.test.ts: slips of a finger are understood, other words are not guessed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.js";

const NAMES = ["listen", "admin", "serverTiming", "keepWarm", "idle", "env"];

for (const [given, expected] of [
  ["serverTimings", "serverTiming"],
  ["servertiming", "serverTiming"],
  ["lisetn", "listen"],
  ["keep-warm", "keepWarm"],
  ["idel", "idle"],
  ["enf", "env"],
  ["timeout", undefined],
  ["x", undefined],
  ["", undefined],
  ["l".repeat(1000), undefined],
] as const)
  test(`"${given.slice(0, 20)}" may have been meant for ${expected}`, () =>
    assert.equal(nearest(given, NAMES), expected));
