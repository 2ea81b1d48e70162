// json-file.ts: reads a configuration in JSON, and says where it is none.
import { readFile } from "node:fs/promises";
import { MayflyError } from "../../errors.js";

/** @throws MayflyError CONFIG_INVALID when it cannot be read or is no JSON */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as SyntaxError;
    // V8 tells the position of some mistakes, and shows the place of others.
    const position = /at position (\d+)/.exec(message)?.[1];
    const where = position === undefined ? "" : `:${lineAndColumn(text, Number(position))}`;
    throw new MayflyError("CONFIG_INVALID", `${path}${where}: got no JSON: ${message.replace(/\s+/g, " ")}`, {
      cause,
    });
  }
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
