// fenced-programs.ts: finds the fenced blocks of a Markdown page, and its programs with what they print. No I/O.

export interface FencedBlock {
  /** "ts", "sh", "text" …; empty without one. */
  readonly language: string;
  readonly text: string;
  /** Of the page, counted from 1. */
  readonly line: number;
}

export interface FencedProgram {
  readonly language: "ts" | "js";
  readonly line: number;
  readonly source: string;
  /** The `text` block that follows the program; undefined when another block or none does. */
  readonly output: string | undefined;
}

/** Every fenced block of a page, in order. */
export function fencedBlocks(page: string): FencedBlock[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: page.slice(0, match.index).split("\n").length,
  }));
}

/** Every `ts` and `js` block of a page. */
export function fencedPrograms(page: string): FencedProgram[] {
  const blocks = fencedBlocks(page);
  return blocks.flatMap(({ language, text, line }, index) => {
    if (language !== "ts" && language !== "js") return [];
    const next = blocks[index + 1];
    return [{ language, line, source: text, output: next?.language === "text" ? next.text : undefined }];
  });
}
