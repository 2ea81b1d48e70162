// translated-source.ts: takes wasm2c's C file (wabt 1.0.32) apart into the pieces that the runtime keeps. Text in, text out.
import { MayflyError } from "../../errors.js";

/** The pieces of a translated module, as wasm2c wrote them. */
export interface TranslatedSource {
  /** Macros and functions for WebAssembly's arithmetic. */
  readonly operations: string;
  /** Declarations of all functions. */
  readonly prototypes: string;
  /** Definitions of all functions, then of the exports. */
  readonly functions: string;
  /** The types of functions, in order: parameters and results as C spells them. Two that look alike are alike. */
  readonly types: readonly string[];
  /** The table from entry 1 on: a function and the index of its type. */
  readonly elements: readonly { readonly type: number; readonly name: string }[];
}

const TYPE = /^ {2}func_types\[\d+\] = wasm_rt_register_func_type\((.*)\);$/gm;
const ELEMENT = /^ {2}\{(\d+), \(wasm_rt_function_ptr_t\)&(\w+), 0\},$/gm;

/**
 * Takes a translation apart.
 *
 * @throws MayflyError BUILD_FAILED naming the mark that was not found: another wasm2c wrote the file
 */
export function takeApart(source: string): TranslatedSource {
  const elementsText = between(source, "static const wasm_elem_segment_expr_t", "static void init_tables(");
  const types = [...source.matchAll(TYPE)].map(([, signature]) => signature!);
  const elements = [...elementsText.matchAll(ELEMENT)].map(([, type, name]) => ({
    type: types.indexOf(types[Number(type)]!),
    name: name!,
  }));
  if (!/funcref_table_init\([^;]*, \d+, 1u, 0, \d+, instance, func_types\);/.test(source))
    throw unexpected("a table whose first function is not its entry 1");
  return {
    operations: between(source, "DEFINE_LOAD(i32_load,", "static inline void memory_fill("),
    prototypes: behind(between(source, "static void init_func_types(", "static void init_globals("), "\n}\n"),
    functions: behind(
      between(source, "static void init_elem_instances(", "static void init_instance_import("),
      "\n}\n",
    ),
    types,
    elements,
  };
}

function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw unexpected(`no "${start < 0 ? from : to}"`);
  return text.slice(start, end);
}

function behind(text: string, mark: string): string {
  return text.slice(text.indexOf(mark) + mark.length);
}

/** The error for a translation that does not look as expected. */
export function unexpected(got: string): MayflyError {
  return new MayflyError(
    "BUILD_FAILED",
    `translating the JavaScript engine: got ${got}, expected what wasm2c 1.0.32 writes`,
    { mend: "apt-get install wabt=1.0.32*" },
  );
}
