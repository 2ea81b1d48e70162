// error-output.ts: what a process writes to its standard error, gathered: an engine that ends tells why in many lines, which belong together.
import type { Readable } from "node:stream";

/** More comes at once, or belongs to something else, ms. */
const PAUSE_MS = 100;
/** What is told at once, characters: an engine's stack is longer than it needs to be. */
const MOST_CHARACTERS = 8 * 1024;

/**
 * Reads a stream to its end.
 *
 * @param take gets texts of one or more lines, cut
 */
export function gatherErrorOutput(stream: Readable, take: (text: string) => void): void {
  let text = "";
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const said = text.trim();
    text = "";
    if (said !== "") take(said.length > MOST_CHARACTERS ? `${said.slice(0, MOST_CHARACTERS)}…` : said);
  };
  stream.setEncoding("utf8");
  stream.on("data", (piece: string) => {
    // One more than is told: that it was cut shows.
    text = (text + piece).slice(0, MOST_CHARACTERS + 1);
    timer ??= setTimeout(tell, PAUSE_MS);
  });
  stream.on("end", tell);
  // A process that died took its end with it.
  stream.on("error", () => {});
}
