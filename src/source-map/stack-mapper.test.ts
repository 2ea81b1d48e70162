// stack-mapper.test.ts: stacks get the user's places; text that only looks like one, however long, comes out as it went in.
import assert from "node:assert/strict";
import { relative, resolve } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { openSourceMap } from "./stack-mapper.js";

// Line 1 comes from src/part.ts:2:3, line 2 from src/handler.ts:1:1, line 3 from the line that hands over.
const json = JSON.stringify({
  version: 3,
  file: "handler.bundle.js",
  sources: ["src/part.ts", "src/handler.ts", "./mayfly:start"],
  names: [],
  mappings: "AACE;ACDF;ACAA",
});
const mapper = openSourceMap(json, "/project");
const path = (name: string) => relative(process.cwd(), resolve("/project", name));

test("frames of the function get its own files, lines and columns", () => {
  assert.equal(
    mapper.map("TypeError: no\n    at deep (handler.bundle.js:1:9)\n    at fetch (handler.bundle.js:2:1)\n"),
    `TypeError: no\n    at deep (${path("src/part.ts")}:2:3)\n    at fetch (${path("src/handler.ts")}:1:1)\n`,
  );
});

test("a file's name is told as it is written, whatever is in it", () => {
  const named = openSourceMap(
    json.replace("src/part.ts", "src/h %C3%A9 %2541.ts").replace("src/handler.ts", "src/100%.ts"),
    "/project",
  );
  assert.equal(
    named.map("    at deep (handler.bundle.js:1:9)\n    at fetch (handler.bundle.js:2:1)\n"),
    `    at deep (${path("src/h \u00e9 %41.ts")}:2:3)\n    at fetch (${path("src/100%.ts")}:1:1)\n`,
  );
});

test("frames of the web's API are marked above the function's, and left out below them", () => {
  const stack = [
    "    at text (mayfly:prelude:10:2)",
    "    at map (native)",
    "    at fetch (handler.bundle.js:2:1)",
    "    at answer (mayfly:prelude:330:42)",
    "    at <anonymous> (mayfly:prelude:376:54)",
    "    at <anonymous> (handler.bundle.js:3:1)",
  ].join("\n");
  assert.deepEqual(mapper.map(stack).split("\n"), [
    "    at text (mayfly)",
    "    at map (native)",
    `    at fetch (${path("src/handler.ts")}:1:1)`,
  ]);
});

test("the web's API is one, whichever of its parts a frame is in", () => {
  const stack = [
    "    at #news (mayfly:fetch:121:57)",
    "    at mayfly:structured-clone:1:1",
    "    at fetch (handler.bundle.js:2:1)",
    "    at pull (mayfly:streams:9:9)",
  ].join("\n");
  assert.deepEqual(mapper.map(stack).split("\n"), [
    "    at #news (mayfly)",
    "    at mayfly",
    `    at fetch (${path("src/handler.ts")}:1:1)`,
  ]);
});

test("a stack of the web's API alone is kept: it is all that is known", () => {
  assert.equal(mapper.map("    at tick (mayfly:prelude:10:2)"), "    at tick (mayfly)");
});

test("several stacks in one text are mapped each", () => {
  const one = "A\n    at fetch (handler.bundle.js:2:1)\n    at answer (mayfly:prelude:1:1)\n";
  const mapped = `A\n    at fetch (${path("src/handler.ts")}:1:1)\n`;
  assert.equal(mapper.map(one + one), mapped + mapped);
});

test("stacks of errors inside others are mapped, and lines left out leave their brackets behind", () => {
  const said = [
    "error: Error: outer",
    "    at fetch (handler.bundle.js:2:1)",
    "    at <anonymous> (mayfly:prelude:1173:75) {",
    "  [cause]: [TypeError: inner",
    "      at deep (handler.bundle.js:1:9)",
    "      at answer (mayfly:prelude:1:1)],",
    "  [errors]: [",
    "    [RangeError: first",
    "        at deep (handler.bundle.js:1:9)],",
    "    [RangeError: second",
    "        at deep (handler.bundle.js:1:9)] ] }",
  ];
  const inner = `at deep (${path("src/part.ts")}:2:3)`;
  assert.deepEqual(mapper.map(said.join("\n")).split("\n"), [
    "error: Error: outer",
    `    at fetch (${path("src/handler.ts")}:1:1) {`,
    "  [cause]: [TypeError: inner",
    `      ${inner}],`,
    "  [errors]: [",
    "    [RangeError: first",
    `        ${inner}],`,
    "    [RangeError: second",
    `        ${inner}] ] }`,
  ]);
});

test("a stack that begins behind a console's own words is mapped from its first line on", () => {
  const said =
    "error:     at deep (handler.bundle.js:1:9)\n    at fetch (handler.bundle.js:2:1)\n    at answer (mayfly:prelude:1:1)\n";
  assert.equal(
    mapper.map(said),
    `error:     at deep (${path("src/part.ts")}:2:3)\n    at fetch (${path("src/handler.ts")}:1:1)\n`,
  );
});

test("places that the map does not have stay as they are", () => {
  for (const place of ["99:1", "0:0", "999999999:999999999"]) {
    const stack = `    at fetch (handler.bundle.js:${place})`;
    assert.ok(!mapper.map(stack).includes("undefined"), place);
  }
  assert.equal(mapper.map("    at f (handler.bundle.js:99:1)"), "    at f (handler.bundle.js:99:1)");
});

test("a guest's text without frames comes out as it went in", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      fc.pre(!text.includes("    at "));
      assert.equal(mapper.map(text), text);
    }),
    { seed: 20_261_125 },
  );
});

test("a guest's endless lines and endless stacks are read in linear time", { timeout: 20_000 }, () => {
  const million = 1_000_000;
  for (const text of [
    `    at ${"(".repeat(million)}`,
    `    at ${"(handler.bundle.js:".repeat(million / 20)}`,
    `    at ${"1:".repeat(million)})`,
    "    at \n".repeat(million / 4),
    "    at ".repeat(million / 7),
    " ".repeat(million),
    `${" ".repeat(million)}at f (handler.bundle.js:1:1)`,
    "    at fetch (mayfly:prelude:1:1)\n".repeat(million / 20),
  ])
    assert.ok(mapper.map(text).length > 0);
});

test("what is no source map is refused", () => {
  for (const text of ["", "{", "null", "[]", '{"version":2,"sources":[],"mappings":""}'])
    assert.throws(() => openSourceMap(text, "/"), {
      code: "IMAGE_INVALID",
      message: /^source map: got .*, expected JSON of version 3$/,
    });
});

test("a stack of thousands of frames is mapped only in part: what follows comes out as it went in", () => {
  const frame = "    at fetch (handler.bundle.js:2:1)\n";
  const mapped = mapper.map(`Error\n${frame.repeat(10_000)}end`);
  const lines = mapped.split("\n");
  assert.equal(lines.length, 10_002);
  assert.equal(lines[1], `    at fetch (${path("src/handler.ts")}:1:1)`);
  assert.ok(mapped.endsWith(`${frame}end`));
  const closed = "    at fetch (handler.bundle.js:2:1) }\n";
  assert.ok(mapper.map(closed.repeat(10_000)).endsWith(closed));
});
