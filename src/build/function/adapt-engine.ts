// adapt-engine.ts: bends the translated engine to its guest: one instance at a constant address, stacks that hold. Text in, text out.
import { type CallSites, recursionPoints } from "./call-graph.js";
import { type TranslatedSource, takeApart, unexpected } from "./translated-source.js";

/** native_call(): context, self, count, values, which function. It is what the engine calls a "generic magic" function. */
const NATIVE_TYPE = "5, 1, WASM_RT_I32, WASM_RT_I64, WASM_RT_I32, WASM_RT_I32, WASM_RT_I32, WASM_RT_I64";

/** Of the exports, the engine's own interface; what it exports of its C library has names that the guest needs itself. */
const KEPT_EXPORT = /^(?:JS_|qjs_|wasm_)/;

/**
 * Makes a C file for guest/js of what wasm2c wrote.
 *
 * @param source the module translated under the name "engine"
 * @param stackTop where the engine's own stack starts
 * @throws MayflyError BUILD_FAILED when the translation does not look as expected
 */
export function adaptEngine(source: string, stackTop: number): string {
  const parts = takeApart(source);
  const prototypes = withoutInstance(parts.prototypes);
  const functions = guardStacks(withoutInstance(keepExports(parts.functions)), parts);
  const adapted = [
    "/* Made by src/build/function/adapt-engine.ts from a WebAssembly module. */",
    '#include "translated.h"',
    parts.operations,
    prototypes,
    table(parts),
    functions,
    "void engine_initialize(void)",
    `{\n    stack_pointer = ${stackTop};\n    w2c__initialize();\n}`,
    "",
  ].join("\n");
  if (/\binstance\b/.test(adapted)) throw unexpected("a use of the instance that is not known");
  return adapted;
}

/** There is one instance, so nobody needs to be told which. */
function withoutInstance(text: string): string {
  return text
    .replace(/\(Z_engine_instance_t\*(?: instance)?\)/g, "(void)")
    .replace(/\(Z_engine_instance_t\*(?: instance)?, /g, "(")
    .replace(
      /CALL_INDIRECT\(instance->w2c___indirect_function_table, (\w+) \(\*\)\(void\*(?:, )?([^)]*)\), (\d+), (\w+), instance->w2c___indirect_function_table\.data\[\4\]\.module_instance(?:, )?/g,
      (_, result: string, parameters: string, type: string, at: string) =>
        `CALL_INDIRECT(${result} (*)(${parameters || "void"}), ${type}, ${at}, `,
    )
    .replace(/\(\*Z_envZ_(\w+)\)\(instance->Z_env_instance(?:, )?/g, "$1(")
    .replace(
      /\(\*Z_wasi_snapshot_preview1Z_(\w+)\)\(instance->Z_wasi_snapshot_preview1_instance(?:, )?/g,
      "wasi_$1(",
    )
    .replace(/wasm_rt_grow_memory\(\(?&instance->w2c_memory\)?, /g, "linear_grow(")
    .replace(/&instance->w2c_memory, /g, "")
    .replace(/instance->w2c_memory\.pages/g, "linear_pages")
    .replace(/instance->w2c___stack_pointer/g, "stack_pointer")
    .replace(/\(instance(?:, |(?=\)))/g, "(");
}

function keepExports(text: string): string {
  return text.replace(
    /^\/\* export: '([^']*)' \*\/\n[^\n]* Z_engineZ_\w+\(([\s\S]*?)\n}\n/gm,
    (whole: string, name: string) => (KEPT_EXPORT.test(name) ? whole.replace(`Z_engineZ_${name}`, name) : ""),
  );
}

const DEFINITION = /^static \w+ (w2c_\w+)\([^)]*\) \{\n[\s\S]*?^}\n/gm;

/** Every recursion passes a function that keeps the engine's stack pointer level with the native one (guest/js/translated.h). */
function guardStacks(functions: string, { types, elements }: TranslatedSource): string {
  const sites: CallSites[] = [...functions.matchAll(DEFINITION)].map(([text, name]) => ({
    name: name!,
    calls: new Set([...text.slice(text.indexOf("{")).matchAll(/\b(w2c_\w+)\(/g)].map((call) => call[1]!)),
    indirectTypes: new Set(
      [...text.matchAll(/CALL_INDIRECT\([^;]*?\), (\d+), /g)].map((call) => canonical(types, call[1]!)),
    ),
  }));
  const targets = new Map<number, string[]>();
  for (const { type, name } of elements) targets.set(type, [...(targets.get(type) ?? []), name]);
  const { points, reachable } = recursionPoints(sites, targets);
  const callable = new Set(
    elements.filter(({ type }) => isJavaScriptFunction(types[type]!)).map(({ name }) => name),
  );
  return functions.replace(DEFINITION, (text: string, name: string) => {
    const mayRefuse = callable.has(name) && reachable.has(name);
    const enters = mayRefuse || points.has(name);
    return text
      .replace(
        /^ {2}FUNC_PROLOGUE;\n/m,
        enters ? `  STACK_ENTER;\n${mayRefuse ? "  STACK_CHECK;\n" : ""}` : "",
      )
      .replace(/^ {2}FUNC_EPILOGUE;\n/gm, enters ? "  STACK_LEAVE;\n" : "")
      .replace(
        /(CALL_INDIRECT\([^;]*?\), )(\d+), /g,
        (_, before: string, type: string) => `${before}${canonical(types, type)}, `,
      );
  });
}

/** Whether JavaScript can call it: context, self, count, values, maybe more. Such a function may throw whenever it likes. */
function isJavaScriptFunction(type: string): boolean {
  return /^\d+, 1, WASM_RT_I32, WASM_RT_I64, WASM_RT_I32, WASM_RT_I32,.* WASM_RT_I64$/.test(type);
}

/** The first of the types that look like the one of that index. */
function canonical(types: readonly string[], index: string): number {
  return types.indexOf(types[Number(index)]!);
}

/** The table as a constant, with the runtime's own function behind the engine's. */
function table({ types, elements }: TranslatedSource): string {
  const native = types.indexOf(NATIVE_TYPE);
  if (native < 0) throw unexpected("no function type for native functions");
  const rows = [...elements, { type: native, name: "native_call" }].map(
    ({ type, name }) => `    { ${type}, (table_function)${name} },`,
  );
  return [
    `#define TABLE_ENTRIES ${rows.length + 1}`,
    `const u32 engine_native_call = ${rows.length};`,
    "static const struct table_entry table[TABLE_ENTRIES] = {",
    "    { TABLE_NOTHING, 0 },",
    ...rows,
    "};",
  ].join("\n");
}
