// device-options.test.ts: which words are device options, and what they come to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Option } from "commander";
import { checkDeclared, parseDeviceWords, splitDeviceWords } from "./device-options.js";

const known = [new Option("--mem <MB>"), new Option("--stats")];

test("splitDeviceWords takes device options from before the image only", () => {
  const words = ["--stats", "--block:a=x", "--mem", "64", "--net:b=tap0", "app.img", "--block:c=y", "z"];
  assert.deepEqual(splitDeviceWords(words, known), {
    deviceWords: ["--block:a=x", "--net:b=tap0"],
    words: ["--stats", "--mem", "64", "app.img", "--block:c=y", "z"],
    ended: false,
  });
});

test("splitDeviceWords stops at --", () => {
  assert.deepEqual(splitDeviceWords(["--mem=2", "--", "--block:a=x", "--"], known), {
    deviceWords: [],
    words: ["--mem=2", "--", "--block:a=x", "--"],
    ended: true,
  });
});

test("splitDeviceWords leaves an option without its value to commander", () => {
  assert.deepEqual(splitDeviceWords(["--block:a=x", "--mem"], known).words, ["--mem"]);
});

test("parseDeviceWords puts the options of each device together, in any order", () => {
  const words = [
    "--block-read-only:disk",
    "--net-mac:service=02:00:00:00:00:01",
    "--block:disk=/srv/a=b.raw",
    "--net:service=@3",
    "--block:log=/srv/log",
    "--block-sector-size:disk=4096",
  ];
  assert.deepEqual(parseDeviceWords(words), [
    { type: "block", name: "disk", source: "/srv/a=b.raw", sectorSize: 4096, readOnly: true },
    { type: "net", name: "service", source: "@3", mac: "02:00:00:00:00:01" },
    { type: "block", name: "log", source: "/srv/log" },
  ]);
});

for (const [words, message] of [
  [["--block:disk"], /got --block:disk, expected --block:NAME=PATH/],
  [["--block:=x"], /got --block:=x, /],
  [["--block:disk="], /got --block:disk=, /],
  [["--block-read-only:disk=yes"], /expected --block-read-only:NAME with/],
  [["--net:a=x", "--net:a=x"], /got --net:a twice/],
  [["--block:a=x", "--net-mac:a=02:00:00:00:00:01"], /got --net-mac:a without --net:a/],
  [["--block:a=x", "--block-sector-size:a=-512"], /got "-512", expected a number of bytes/],
] as const) {
  test(`parseDeviceWords refuses ${words.join(" ")}`, () => {
    assert.throws(() => parseDeviceWords(words), { code: "OPTION_INVALID", message });
  });
}

test("checkDeclared takes what the manifest declares, and names it when it refuses", () => {
  const image = { name: "app.img", devices: [{ name: "disk", type: "block", handle: 1 }] } as const;
  checkDeclared([{ type: "block", name: "disk", source: "x" }], image);
  assert.throws(() => checkDeclared([{ type: "block", name: "disc", source: "x" }], image), {
    code: "DEVICE_UNKNOWN",
    message: /^--block:disc: .*app\.img.*\(block disk\)$/,
  });
  assert.throws(() => checkDeclared([{ type: "net", name: "disk", source: "x" }], image), {
    code: "DEVICE_INVALID",
  });
});
