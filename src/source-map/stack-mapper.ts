// stack-mapper.ts: turns the places in a guest's stacks into those of the TypeScript that it was built from. No I/O.
import { relative } from "node:path";
import { frameIn, frameLine, isFrame, nextFrame } from "./frames.js";
import { SourceMap } from "./source-map.js";

/** Puts the user's files, lines and columns into text that a guest wrote. */
export interface StackMapper {
  /**
   * The text with every stack in it mapped: the function's own frames get its files, relative to the current directory; those of the web's
   * API are marked `(mayfly)`; those that only lead to the handler are left out. Everything else stays as it is, and so do frames behind the first few hundred. Takes linear time.
   */
  map(text: string): string;
}

/** The module names of what Mayfly brings: the web's API in its parts, and the line that hands the handler over. */
const PRELUDE = /[( ](mayfly:[a-z-]{1,40}):\d{1,9}:\d{1,9}\)?$/;
const START = "mayfly:start";
const OURS = "mayfly";
/** A line may be long, and only its end says where it is. */
const LONGEST_PLACE = 80;

/** The engine tells ten frames of a stack. A guest that writes thousands would have the host work for it. */
const MOST_FRAMES = 256;

interface MappedLine {
  readonly text: string;
  readonly owner: "application" | "mayfly" | "other";
}

/**
 * Reads a function's source map.
 *
 * @param json the text of the `.map` file beside the image
 * @param baseDirectory the folder of that file
 * @throws MayflyError IMAGE_INVALID when it is no source map
 *
 * @example
 * const mapper = openSourceMap(await readFile("handler.img.map", "utf8"), ".");
 * console.error(mapper.map(stack)); // "    at fetch (src/handler.ts:12:5)"
 */
export function openSourceMap(json: string, baseDirectory: string): StackMapper {
  const map = new SourceMap(json, baseDirectory);
  return { map: (text) => mapStacks(map, text) };
}

function mapStacks(map: SourceMap, text: string): string {
  let mapped = "";
  let at = 0;
  let frames = 0;
  for (let start = nextFrame(text, 0); start >= 0 && frames < MOST_FRAMES; start = nextFrame(text, at)) {
    mapped += text.slice(at, start);
    const stack: MappedLine[] = [];
    let hasEnd = true;
    for (at = start; isFrame(text, at) && frames < MOST_FRAMES; frames++) {
      const end = text.indexOf("\n", at);
      hasEnd = end >= 0;
      stack.push(mapLine(map, text.slice(at, hasEnd ? end : text.length)));
      at = hasEnd ? end + 1 : text.length;
    }
    const lines = told(stack).map((line) => line.text);
    mapped += lines.join("\n") + (hasEnd ? "\n" : "");
  }
  return mapped + text.slice(at);
}

function mapLine(map: SourceMap, line: string): MappedLine {
  const part = PRELUDE.exec(line.slice(-LONGEST_PLACE))?.[1];
  const ours = part === undefined ? undefined : frameIn(line, part);
  if (ours !== undefined) return { text: frameLine(ours.name, OURS), owner: "mayfly" };
  const frame = map.bundle === "" ? undefined : frameIn(line, map.bundle);
  const place = frame === undefined ? undefined : map.placeOf(frame.line, frame.column);
  if (frame === undefined || place === undefined) return { text: line, owner: "other" };
  if (place.file.endsWith(`/${START}`)) return { text: frameLine(frame.name, OURS), owner: "mayfly" };
  const file = relative(process.cwd(), place.file);
  return { text: frameLine(frame.name, `${file}:${place.line}:${place.column}`), owner: "application" };
}

/** The frames of one stack. Below the application's last lies only what called the handler. */
function told(stack: readonly MappedLine[]): readonly MappedLine[] {
  const last = stack.findLastIndex(({ owner }) => owner === "application");
  return last < 0 ? stack : stack.filter(({ owner }, at) => at < last || owner !== "mayfly");
}
