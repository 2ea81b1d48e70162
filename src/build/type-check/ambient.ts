// ambient.ts: what a handler finds in a guest, and what the libraries of TypeScript do not tell. Declarations as text, no I/O.

/** For a file beside the tsconfig.json of a handler that has none of its own. */
export const ambientDeclarations = `// Made by mayfly build --check.
declare module "*.txt" {
  const text: string;
  export default text;
}

// ReadableStream's static side has no name by which it could be added to: it is a function like all classes, and this is for it alone.
interface NewableFunction {
  from<R>(this: typeof ReadableStream, source: AsyncIterable<R> | Iterable<R>): ReadableStream<R>;
}
`;

/** import page from "./page.html" with { type: "text" } */
const AS_TEXT_OR_BYTES = /\bwith\s*\{\s*(["']?)type\1\s*:\s*(["'])(?:text|bytes)\2/;
const TEXT_FILE = /["'][^"']+\.txt["']/;
const NO_SUCH_MODULE = "(TS2307)";

/**
 * Whether TypeScript misses declarations of what the bundler reads as a text or as bytes, as no declaration could tell it: only the import says which.
 *
 * @param text the diagnostic's
 * @param line the line that it is about
 */
export function isAboutImportedText(text: string, line: string): boolean {
  return text.includes(NO_SUCH_MODULE) && (AS_TEXT_OR_BYTES.test(line) || TEXT_FILE.test(line));
}
