// parts.ts: the prelude's parts: which there are, which of them a program uses, and how their modules lie in one archive.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { roundUp } from "../../abi/struct.js";
import { runtimeDirectory } from "./runtime-flags.js";

export const preludeDirectory: string = join(runtimeDirectory, "prelude");

/** A global's name that every handler has for its method. */
const HANDLER = "fetch";

/** What guest/js/prelude/parts.json says of a part. */
interface Part {
  /** Names of the global object that are the part's. */
  readonly globals: readonly string[];
  /** Regular expressions for code that uses the part without naming a global. */
  readonly uses: readonly string[];
}

/** By name, in the order that the runtime counts them in. */
export type Parts = Readonly<Record<string, Part>>;

export async function readParts(): Promise<Parts> {
  return JSON.parse(await readFile(join(preludeDirectory, "parts.json"), "utf8"));
}

/**
 * Code that makes the parts that a program is likely to use part of its snapshot. It has no line break.
 *
 * @param code the program's bundle
 */
export function loadingCode(code: string, parts: Parts): string {
  const words = new Set(code.match(/[A-Za-z_$][\w$]*/g));
  const used = Object.entries(parts).filter(
    ([, { globals, uses }]) =>
      globals.some((name) => name !== HANDLER && words.has(name)) ||
      uses.some((use) => new RegExp(use).test(code)),
  );
  return `globalThis[Symbol.for("mayfly.load")](${JSON.stringify(used.map(([name]) => name))});`;
}

/** An archive as guest/js/parts.c reads it: a count, a length for each module, then the modules, each padded to a multiple of 4. */
export function packModules(modules: readonly Uint8Array[]): Buffer {
  const head = Buffer.from(new Uint32Array([modules.length, ...modules.map(({ length }) => length)]).buffer);
  const padded = modules.map((module) => Buffer.concat([module], roundUp(module.length, 4)));
  return Buffer.concat([head, ...padded]);
}
