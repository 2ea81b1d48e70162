// image.ts: a unikernel image as a value: what it is built for, what goes where, which devices it needs.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { MayflyError } from "../errors.js";
import { pageUp, type Region } from "../machine/address-space.js";
import { type ElfHeader, readElfHeader, readProgramHeaders } from "./elf.js";
import { hex, type ImageFile, invalid, printable } from "./image-file.js";
import { type ManifestDevice, readManifest } from "./manifest.js";
import { readNotes } from "./notes.js";
import { readSegments, regionsOf, type Segment } from "./segments.js";
import { findSymbols, type SymbolBytes, SymbolTable } from "./symbols.js";

export type { AttachedDevice, ManifestDevice } from "./manifest.js";
export type { Segment } from "./segments.js";

type Parts = Omit<Image, "regions" | "symbolAt" | "keptBy">;

/** A checked image. It holds bytes of the file and never changes; any number of VMs may boot from it. */
export class Image {
  /** As the caller named it; a path when it was loaded. */
  readonly name: string;
  readonly target: "hvt";
  readonly abiVersion: number;
  /** Guest-physical address of the first instruction. */
  readonly entry: number;
  /** In ascending order, disjoint. */
  readonly segments: readonly Segment[];
  /** The first page behind the highest segment: the guest's `kernel_end`. */
  readonly end: number;
  /** What the manifest declares, in order of the handles. */
  readonly devices: readonly ManifestDevice[];
  readonly #symbolBytes: SymbolBytes;
  #symbols: SymbolTable | undefined;

  /** Use `parseImage` or `loadImage`: they check. */
  constructor(parts: Parts, symbols: SymbolBytes) {
    this.name = parts.name;
    this.target = parts.target;
    this.abiVersion = parts.abiVersion;
    this.entry = parts.entry;
    this.segments = parts.segments;
    this.end = parts.end;
    this.devices = parts.devices;
    this.#symbolBytes = symbols;
  }

  /** Same as `loadImage`. */
  static load(path: string): Promise<Image> {
    return loadImage(path);
  }

  /** The image's pages with their permissions: page-aligned, ascending, disjoint. */
  regions(): Region[] {
    return regionsOf(this.segments);
  }

  /** The symbol at or below an address of the image, and the bytes from there; nothing without a symbol table. */
  symbolAt(address: number): { name: string; offset: number } | undefined {
    const segment = this.segments.find(
      (each) => address >= each.address && address < each.address + each.memoryBytes,
    );
    if (segment === undefined) return undefined;
    this.#symbols ??= SymbolTable.read(this.#symbolBytes);
    const symbol = this.#symbols.nearest(address);
    if (symbol === undefined || symbol.address < segment.address) return undefined;
    return { name: symbol.name, offset: address - symbol.address };
  }

  /**
   * The same image with its bytes in other places.
   *
   * @param keep returns bytes that are equal to those it gets, and never change
   */
  keptBy(keep: (bytes: Uint8Array) => Uint8Array): Image {
    const segments = this.segments.map((each) => ({ ...each, fileBytes: keep(each.fileBytes) }));
    const { table, names } = this.#symbolBytes;
    return new Image({ ...this, segments }, { table: keep(table), names: keep(names) });
  }
}

/**
 * Checks the bytes of a unikernel file and says what is in it. Copies nothing: the bytes must stay as they are.
 *
 * @param bytes the whole file
 * @param name what errors call it
 * @throws {MayflyError} IMAGE_INVALID: one line that names the field, what it is and what was expected
 * @example
 * const image = parseImage(await readFile("hello.img"), "hello.img");
 * console.log(image.entry, image.devices);
 */
export function parseImage(bytes: Uint8Array, name: string): Image {
  const file: ImageFile = { name, bytes };
  const header = readElfHeader(file);
  const programHeaders = readProgramHeaders(file, header);
  const segments = readSegments(file, programHeaders);
  const entry = readEntry(file, header, segments);
  const { target, abiVersion, manifest } = readNotes(file, programHeaders);
  const devices = readManifest(file, manifest);
  const highest = segments.at(-1)!;
  const end = pageUp(highest.address + highest.memoryBytes);
  return new Image({ name, target, abiVersion, entry, segments, end, devices }, findSymbols(bytes));
}

function readEntry(file: ImageFile, { e_entry }: ElfHeader, segments: readonly Segment[]): number {
  const inText = segments.some(
    ({ address, fileBytes, permissions }) =>
      permissions === "rx" && e_entry >= address && e_entry < address + fileBytes.length,
  );
  if (!inText)
    throw invalid(file, "e_entry", hex(e_entry), "an address in an executable segment's file bytes");
  return Number(e_entry);
}

/**
 * Reads and checks a unikernel file.
 *
 * @throws {MayflyError} IMAGE_UNREADABLE when the file cannot be read, IMAGE_INVALID as `parseImage`
 */
export async function loadImage(path: string, name = path): Promise<Image> {
  return parseImage(await readImageFile(path), name);
}

/**
 * The bytes of a file that may be an image.
 *
 * @param room memory for them, at least of that length: by default new one
 * @throws {MayflyError} IMAGE_UNREADABLE
 */
export async function readImageFile(
  path: string,
  room = (length: number): Uint8Array => new Uint8Array(length),
): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error("got a directory or a device, expected a regular file");
    return await readWhole(handle, room(stat.size).subarray(0, stat.size));
  } catch (cause) {
    throw new MayflyError("IMAGE_UNREADABLE", `read image ${printable(path)}: ${reasonOf(cause)}`, { cause });
  } finally {
    await handle?.close();
  }
}

/** A file that has become shorter meanwhile fills less. */
async function readWhole(handle: FileHandle, bytes: Uint8Array): Promise<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

/** Node's message, without the call and the path at its end: "ENOENT: no such file or directory". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return printable(String(cause));
  const { message, syscall } = cause as NodeJS.ErrnoException;
  return printable(syscall === undefined ? message : message.split(`, ${syscall}`, 1)[0]!);
}
