// wasm2c.ts: runs wabt's wasm2c, which writes a WebAssembly module as C.
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { MayflyError } from "../../errors.js";
import { temporaryBeside } from "../whole-file.js";

const run = promisify(execFile);

/** The version whose output translated-source.ts knows. */
const VERSION = "1.0.32";

/**
 * Why the translator cannot be used here, or undefined.
 *
 * @returns a sentence
 */
export async function whyNoTranslator(): Promise<string | undefined> {
  try {
    const { stdout } = await run("wasm2c", ["--version"]);
    const version = stdout.trim();
    return version.startsWith(VERSION) ? undefined : `wasm2c: got version ${version}, expected ${VERSION}`;
  } catch {
    return "wasm2c is not installed (Debian's package wabt)";
  }
}

/**
 * Translates a module.
 *
 * @param wasm the module
 * @param directory where files may lie meanwhile
 * @returns C source of an instance named "engine"
 * @throws MayflyError BUILD_FAILED when wasm2c is missing, another version, or refuses
 */
export async function translate(wasm: Uint8Array, directory: string): Promise<string> {
  const problem = await whyNoTranslator();
  if (problem !== undefined)
    throw new MayflyError("BUILD_FAILED", `building the JavaScript runtime: ${problem}`, {
      mend: "apt-get install wabt (Debian 12 has version 1.0.32)",
    });
  const input = `${temporaryBeside(join(directory, "engine"))}.wasm`;
  const output = input.replace(/wasm$/, "c");
  try {
    await writeFile(input, wasm);
    await run("wasm2c", [input, "--module-name=engine", "-o", output]);
    return await readFile(output, "utf8");
  } catch (error) {
    throw new MayflyError("BUILD_FAILED", `translating the JavaScript engine: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await Promise.all(["wasm", "c", "h"].map((end) => rm(input.replace(/wasm$/, end), { force: true })));
  }
}
