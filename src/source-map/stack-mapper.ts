// stack-mapper.ts: turns the places in a guest's stacks into those of the TypeScript that it was built from. No I/O.
import { relative } from "node:path";
import { beforeFrame, frameIn, frameLine, nextFrame, ownFrameIn } from "./frames.js";
import { SourceMap } from "./source-map.js";

/** Puts the user's files, lines and columns into text that a guest wrote. */
export interface StackMapper {
  /**
   * The text with every stack in it mapped: the function's own frames get its files, relative to the current directory; those of the web's
   * API are marked `(mayfly)`; those that only lead to the handler are left out. Everything else stays as it is, and so do frames behind the first few hundred. Takes linear time.
   */
  map(text: string): string;
}

const START = "mayfly:start";
const OURS = "mayfly";

/** The engine tells ten frames of a stack. A guest that writes thousands would have the host work for it. */
const MOST_FRAMES = 256;

interface MappedLine {
  readonly text: string;
  readonly owner: "application" | "mayfly" | "other";
  /** What a console wrote behind the frame, part of the text: the stack's last line. */
  readonly behind: string;
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
    let before: string | undefined;
    at = start;
    while (frames < MOST_FRAMES && nextFrame(text, at) === at) {
      const end = text.indexOf("\n", at);
      const line = text.slice(at, end < 0 ? text.length : end);
      const indent = beforeFrame(line);
      // Another error's, in which this one lies or which lies in this one.
      if (before !== undefined && indent !== before) break;
      // Words, "error: ", stand before the first line alone.
      before = indent.trim() === "" ? indent : undefined;
      frames += 1;
      hasEnd = end >= 0;
      stack.push(mapLine(map, line));
      at = hasEnd ? end + 1 : text.length;
      if (stack.at(-1)!.behind !== "") break;
    }
    mapped += told(stack).join("\n") + (hasEnd ? "\n" : "");
  }
  return mapped + text.slice(at);
}

function mapLine(map: SourceMap, line: string): MappedLine {
  const own = ownFrameIn(line);
  if (own !== undefined) return { text: frameLine(own, OURS), owner: "mayfly", behind: own.behind };
  const frame = map.bundle === "" ? undefined : frameIn(line, map.bundle);
  const place = frame === undefined ? undefined : map.placeOf(frame.line, frame.column);
  if (frame === undefined || place === undefined) return { text: line, owner: "other", behind: "" };
  const { behind } = frame;
  if (place.file.endsWith(`/${START}`)) return { text: frameLine(frame, OURS), owner: "mayfly", behind };
  const file = relative(process.cwd(), place.file);
  return { text: frameLine(frame, `${file}:${place.line}:${place.column}`), owner: "application", behind };
}

/** The lines of one stack. Below the application's last lies only what called the handler. */
function told(stack: readonly MappedLine[]): string[] {
  const last = stack.findLastIndex(({ owner }) => owner === "application");
  if (last < 0) return stack.map(({ text }) => text);
  const lines = stack.filter(({ owner }, at) => at <= last || owner !== "mayfly");
  const texts = lines.map(({ text }) => text);
  // A bracket behind a line that is left out still closes what the error lies in.
  return lines.at(-1) === stack.at(-1) ? texts : texts.with(-1, `${texts.at(-1)}${stack.at(-1)!.behind}`);
}
