// link-engine.test.ts: an engine of a few lines and two shared libraries become one module, which Node's WebAssembly runs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { linkEngine } from "./link-engine.js";
import { readInitialMemory } from "./wasm-module.js";
import { whyNoTranslator } from "./wasm2c.js";

declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: object,
  ) => { exports: Record<string, (...values: number[]) => number> };
};

const skip = (await whyNoTranslator()) ?? false;

const ENGINE = `(module
  (import "env" "host_interrupt" (func (result i32)))
  (memory (export "memory") 2)
  (table (export "__indirect_function_table") 2 funcref)
  (global (export "__stack_pointer") (mut i32) (i32.const 65536))
  (func $double (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "qjs_through_table") (param i32 i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 1) (local.get 0)))
  (elem (i32.const 1) $double)
  (data (i32.const 65536) "engine"))`;

const IMPORTS = `
  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 1 funcref))
  (import "env" "__stack_pointer" (global $sp (mut i32)))
  (import "env" "__memory_base" (global $memory i32))
  (import "env" "__table_base" (global $table i32))`;

/** Has constants and data, a pointer to be put right, a function that takes its address, and needs what nobody has. */
const FIRST = `(module ${IMPORTS}
  (import "GOT.func" "double" (global $double (mut i32)))
  (import "env" "double" (func $engines (param i32) (result i32)))
  (import "env" "weak" (func $weak (result i32)))
  (import "env" "nobodys" (func $nobodys (param i32) (result i64)))
  (global $address (mut i32) (i32.const 0))
  (func $start (global.set $address (i32.add (global.get $memory) (i32.const 8192))))
  (start $start)
  (func (export "__wasm_apply_data_relocs")
    (i32.store (i32.add (global.get $memory) (i32.const 8196)) (i32.add (global.get $memory) (i32.const 3))))
  (func (export "weak") (result i32) (i32.const 41))
  (func $own (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (elem (global.get $table) $own)
  (func (export "qjs_ext_first_init") (param i32 i32) (result i32)
    (i32.add (call $engines (local.get 0)) (call $weak)))
  (func (export "qjs_ext_places_init") (param i32 i32) (result i32)
    (if (result i32) (i32.eq (local.get 0) (i32.const 0)) (then (global.get $address))
      (else (if (result i32) (i32.eq (local.get 0) (i32.const 1)) (then (global.get $table))
        (else (if (result i32) (i32.eq (local.get 0) (i32.const 2)) (then (global.get $double))
          (else (drop (call $nobodys (i32.const 1))) (i32.const 9))))))))
  (data (global.get $memory) "constant"))`;

const SECOND = `(module ${IMPORTS}
  (func (export "qjs_ext_second_init") (param i32 i32) (result i32) (global.get $memory))
  (func (export "unused") (result i32) (global.get $sp))
  (data (global.get $memory) "second"))`;

/** wat2wasm knows neither the custom section of a shared library, nor how one asks for two segments. */
function assembled(text: string, wanted?: { memory: number[]; table: number; more?: number[] }): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-link-"));
  try {
    writeFileSync(join(folder, "it.wat"), text);
    execFileSync("wat2wasm", [join(folder, "it.wat"), "-o", join(folder, "it.wasm")]);
    const bytes = readFileSync(join(folder, "it.wasm"));
    if (wanted === undefined) return bytes;
    const info = [1, wanted.memory.length + 3, ...wanted.memory, 4, wanted.table, 0];
    const custom = [8, ...Buffer.from("dylink.0"), ...info];
    return Buffer.concat([
      bytes.subarray(0, 8),
      Uint8Array.of(0, custom.length, ...custom),
      bytes.subarray(8),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function linked() {
  return linkEngine(
    assembled(ENGINE),
    new Map([
      // 8208 bytes and 100, as LEB128.
      ["first", assembled(FIRST, { memory: [0x90, 0x40], table: 1 })],
      ["second", assembled(SECOND, { memory: [100], table: 0 })],
    ]),
  );
}

function run() {
  const unresolved: number[] = [];
  const imports = {
    host_interrupt: () => 0,
    host_unresolved: (name: number) => {
      unresolved.push(name);
      throw new Error("unresolved");
    },
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(linked().wasm), { env: imports });
  return { exports, unresolved };
}

test("an extension calls the engine's functions, and its own where the engine has none", { skip }, () => {
  assert.equal(run().exports.qjs_ext_first_init!(10, 0), 61);
});

test("memory and table of each extension lie behind the engine's", { skip }, () => {
  const { exports } = run();
  const address = exports.qjs_ext_places_init!(0, 0);
  assert.equal(address, 2 * 65536 + 8192);
  const entry = exports.qjs_ext_places_init!(1, 0);
  assert.equal(entry, 2);
  assert.equal(exports.qjs_through_table!(entry, 5), 6);
  assert.equal(exports.qjs_through_table!(exports.qjs_ext_places_init!(2, 0), 5), 10, "an address taken");
  assert.equal(exports.qjs_ext_second_init!(0, 0), 2 * 65536 + 8208);
});

test("a function that nobody has tells its name when it is called", { skip }, () => {
  const { exports, unresolved } = run();
  assert.throws(() => exports.qjs_ext_places_init!(3, 0), /unresolved/);
  const { buffer } = exports.memory as unknown as { buffer: ArrayBuffer };
  assert.equal(Buffer.from(buffer, unresolved[0], 8).toString(), "nobodys\0");
});

test("the memory at the start has every part's data, and addresses that are right", { skip }, () => {
  const { parts, bytes, stackTop } = readInitialMemory(linked());
  assert.deepEqual([bytes, stackTop], [3 * 65536, 65536]);
  const at = (place: number, length: number) => {
    const part = parts.findLast((each) => each.at <= place)!;
    return Buffer.from(part.bytes.subarray(place - part.at, place - part.at + length));
  };
  assert.equal(at(65536, 6).toString(), "engine");
  assert.equal(at(2 * 65536, 8).toString(), "constant");
  assert.equal(at(2 * 65536 + 8196, 4).readUInt32LE(), 2 * 65536 + 3);
  assert.equal(at(2 * 65536 + 8208, 6).toString(), "second");
});

test("what an extension imports and nobody can give is refused by name", { skip }, () => {
  const bad = `(module ${IMPORTS} (import "env" "odd" (global i32)))`;
  const modules = new Map([["bad", assembled(bad, { memory: [16], table: 0 })]]);
  assert.throws(() => linkEngine(assembled(ENGINE), modules), {
    code: "BUILD_FAILED",
    message: /bad: an import of env\.odd/,
  });
  const file = `(module ${IMPORTS} (import "wasi_snapshot_preview1" "path_open" (func)))`;
  const files = new Map([["file", assembled(file, { memory: [16], table: 0 })]]);
  assert.throws(() => linkEngine(assembled(ENGINE), files), { message: /an import of path_open/ });
});
