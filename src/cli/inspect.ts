// inspect.ts: `mayfly inspect IMAGE`: what is in a unikernel file. Reads the file and boots nothing.
import { Command } from "commander";
import { type Image, loadImage } from "../image/image.js";
import { describeFunction, type FunctionDescription, functionRows } from "./inspect-function.js";
import { plainTable } from "./plain-table.js";

/** What `--json` prints: addresses and sizes are plain numbers, sizes in bytes. */
export interface ImageDescription {
  name: string;
  target: string;
  abiVersion: number;
  entry: number;
  /** "name+offset" of the entry's symbol, or null without a symbol table. */
  entrySymbol: string | null;
  /** First page behind the image: the least memory that holds it. */
  end: number;
  segments: { address: number; fileBytes: number; memoryBytes: number; flags: string; permissions: string }[];
  devices: { handle: number; type: string; name: string }[];
  /** What answers requests in it, or null when the image is no function. */
  function: FunctionDescription | null;
}

/** The facts about an image as plain data. */
export function describeImage(image: Image, function_: FunctionDescription | null = null): ImageDescription {
  const symbol = image.symbolAt(image.entry);
  return {
    name: image.name,
    target: image.target,
    abiVersion: image.abiVersion,
    entry: image.entry,
    entrySymbol: symbol === undefined ? null : symbolText(symbol),
    end: image.end,
    segments: image.segments.map(({ address, fileBytes, memoryBytes, flags, permissions }) => ({
      address,
      fileBytes: fileBytes.length,
      memoryBytes,
      flags,
      permissions,
    })),
    devices: image.devices.map(({ handle, type, name }) => ({ handle, type, name })),
    function: function_,
  };
}

function symbolText({ name, offset }: { name: string; offset: number }): string {
  return offset === 0 ? name : `${name}+${hex(offset)}`;
}

/** The same facts for people: lines of words and two tables. */
export function renderDescription(description: ImageDescription): string {
  const { name, target, abiVersion, entry, entrySymbol, end, segments, devices } = description;
  const facts = plainTable([
    ["image", name],
    ["target", `${target}, ABI version ${abiVersion}`],
    ["entry", entrySymbol === null ? hex(entry) : `${hex(entry)} (${entrySymbol})`],
    ["end", hex(end)],
  ]);
  const memory = plainTable(
    segments.map(({ address, fileBytes, memoryBytes, flags, permissions }) => [
      hex(address),
      flags,
      bytesText(fileBytes),
      bytesText(memoryBytes),
      PERMISSION_TEXT[permissions] ?? permissions,
    ]),
    {
      head: ["address", "flags", "in file", "in memory", "guest may"],
      align: ["left", "left", "right", "right"],
    },
  );
  const manifest = plainTable(
    devices.map(({ handle, type, name }) => [`${handle}`, type, name]),
    { head: ["handle", "type", "name"], align: ["right"] },
  );
  const parts =
    description.function === null ? [] : [`function\n${plainTable(functionRows(description.function))}`];
  return [
    facts,
    ...parts,
    `segments\n${memory}`,
    devices.length === 0 ? "manifest: no devices" : `manifest\n${manifest}`,
  ].join("\n\n");
}

const PERMISSION_TEXT: Record<string, string> = { r: "read", rw: "read, write", rx: "read, execute" };

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function bytesText(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} B`;
}

/** The command, to be added to the program. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description(
      "Prints what is in an image: target, entry, segments, manifest; of a function its engine, bytecode and source map, too.",
    )
    .argument("<image>", "the unikernel file")
    .option("--json", "print one JSON object")
    .action(async (path: string, options: { json?: true }) => {
      const image = await loadImage(path);
      const description = describeImage(image, await describeFunction(image, path));
      const output = options.json ? JSON.stringify(description, null, 2) : renderDescription(description);
      process.stdout.write(`${output}\n`);
    });
}
