// fenced-programs.ts: finds the programs of a Markdown page and what the page says that they print. No I/O.

export interface FencedProgram {
  readonly language: "ts" | "js";
  readonly line: number;
  readonly source: string;
  /** The `text` block that follows the program; undefined when another block or none does. */
  readonly output: string | undefined;
}

/** Every `ts` and `js` block of a page. */
export function fencedPrograms(page: string): FencedProgram[] {
  const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: page.slice(0, match.index).split("\n").length,
  }));
  return blocks.flatMap(({ language, text, line }, index) => {
    if (language !== "ts" && language !== "js") return [];
    const next = blocks[index + 1];
    return [{ language, line, source: text, output: next?.language === "text" ? next.text : undefined }];
  });
}
