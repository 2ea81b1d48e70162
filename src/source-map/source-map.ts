// source-map.ts: which place of the user's sources a place of the bundle comes from. No I/O.
import { resolve } from "node:path";
import {
  decodedMappings,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  type SourceMapInput,
  TraceMap,
} from "@jridgewell/trace-mapping";
import { MayflyError } from "../errors.js";

/** A place in a source file. */
export interface SourcePlace {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A function's source map. */
export class SourceMap {
  /** The bundle's name, as stacks have it. */
  readonly bundle: string;
  readonly #map: TraceMap;
  readonly #directory: string;

  /**
   * Reads a source map.
   *
   * @param json the text of the `.map` file beside the image
   * @param baseDirectory the folder of that file
   * @throws MayflyError IMAGE_INVALID when it is no source map
   */
  constructor(json: string, baseDirectory: string) {
    this.#map = parse(json);
    this.bundle = this.#map.file ?? "";
    this.#directory = baseDirectory;
    // Read now: the first stack is printed at the cost of the guest, whose time may be less than that takes.
    decodedMappings(this.#map);
  }

  /** Where a place of the bundle comes from; both count from 1, as the engine does. */
  placeOf(line: number, column: number): SourcePlace | undefined {
    // A source map's columns count from 0.
    const needle = { line: Math.max(1, line), column: Math.max(0, column - 1) };
    const below = originalPositionFor(this.#map, needle);
    const found =
      below.source === null ? originalPositionFor(this.#map, { ...needle, bias: LEAST_UPPER_BOUND }) : below;
    if (found.source === null) return undefined;
    const file = resolve(this.#directory, decoded(found.source));
    return { file, line: found.line, column: found.column + 1 };
  }
}

/** A source map's sources are URLs, a file's name is none. */
function decoded(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}

function parse(json: string): TraceMap {
  try {
    // Without an address of its own: its sources are paths beside it.
    const map = new TraceMap(JSON.parse(json) as SourceMapInput);
    if (map.version !== 3) throw new TypeError(`version ${map.version}`);
    return map;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MayflyError("IMAGE_INVALID", `source map: got ${reason}, expected JSON of version 3`, {
      cause,
      mend: "Build the function again.",
    });
  }
}
