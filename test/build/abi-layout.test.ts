// abi-layout.test.ts: the C header and src/abi describe the same bytes: every size, offset and constant, as a compiler sees them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ApplicationHeader } from "../../src/abi/application.js";
import * as bootInfo from "../../src/abi/boot-info.js";
import * as exchange from "../../src/abi/exchange.js";
import * as hypercalls from "../../src/abi/hypercalls.js";
import * as manifest from "../../src/abi/manifest.js";
import * as outbound from "../../src/abi/outbound.js";
import type { Fields, Struct } from "../../src/abi/struct.js";
import { runtimeDirectory } from "../../src/build/function/runtime-flags.js";
import { baseDirectory } from "../../src/build/places.js";
import { scratchFolder } from "./scratch.js";

const modules: Readonly<Record<string, unknown>> = {
  ApplicationHeader,
  ...bootInfo,
  ...exchange,
  ...hypercalls,
  ...manifest,
  ...outbound,
};

/** What only the host side needs, and C has no use for. */
const hostOnly = new Set([
  "abi1_info",
  "ABI1_NOTE_TYPE",
  "HVT_ABI_TARGET",
  "HVT_ABI_VERSION",
  "HVT_CMDLINE_SIZE",
  "HVT_FEATURE_RING_IO",
  "HVT_GUEST_MIN_BASE",
  "HVT_HALT_COOKIE_MAX",
  "HVT_HYPERCALL_MAX",
  "MFT1_NOTE_TYPE",
  "MFT_MAX_ENTRIES",
  "MFT_RESERVED_FIRST",
]);

function isStruct(value: unknown): value is Struct<Fields> {
  return typeof value === "object" && value !== null && "offset" in value;
}

const structs = Object.values(modules)
  .filter(isStruct)
  .filter(({ name }) => !hostOnly.has(name));

const constants = Object.entries(modules).filter(
  (entry): entry is [string, number | bigint] =>
    (typeof entry[1] === "number" || typeof entry[1] === "bigint") && !hostOnly.has(entry[0]),
);

/** What TypeScript says, a fact a line: "sizeof NAME N", "offsetof NAME.FIELD N", "NAME N". */
const expected = [
  ...structs.flatMap(({ name, size, offset }) => [
    `sizeof ${name} ${size}`,
    ...Object.entries(offset).map(([field, at]) => `offsetof ${name}.${field} ${at}`),
  ]),
  ...constants.map(([name, value]) => `${name} ${value}`),
];

/** A C program that says the same. */
const program = [
  "#include <application.h>",
  "#include <mayfly.h>",
  "#include <solo5.h>",
  "#include <stdio.h>",
  '#define SAY(FACT, VALUE) printf(FACT " %llu\\n", (unsigned long long)(VALUE))',
  "int main(void)",
  "{",
  ...structs.flatMap(({ name, offset }) => [
    `SAY("sizeof ${name}", sizeof(struct ${name}));`,
    ...Object.keys(offset).map(
      (field) => `SAY("offsetof ${name}.${field}", offsetof(struct ${name}, ${field}));`,
    ),
  ]),
  ...constants.map(([name]) => `SAY("${name}", ${name});`),
  "}",
].join("\n");

test("the C header has every size, offset and constant of src/abi", async (context) => {
  const folder = await scratchFolder(context);
  const source = join(folder, "layout.c");
  await writeFile(source, program);
  const binary = join(folder, "layout");
  // -idirafter: the base layer's string.h must not shadow the host's.
  execFileSync("cc", ["-idirafter", baseDirectory, "-I", runtimeDirectory, source, "-o", binary]);
  const facts = execFileSync(binary, { encoding: "utf8" }).trim().split("\n");
  assert.ok(facts.length > 100, `got only ${facts.length} facts`);
  assert.deepEqual(facts, expected);
});
