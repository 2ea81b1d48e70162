// diagnostics.ts: what TypeScript's compiler prints, as mistakes. No I/O.

/** One diagnostic of `tsc --pretty false`. */
export interface Diagnostic {
  /** "Type 'string' is not assignable to type 'number'. (TS2322)" */
  readonly text: string;
  /** As printed: relative to the compiler's current directory. Missing when no file is at fault. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

const PLACED = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;
const PLACELESS = /^error (TS\d+): (.*)$/;

/** The errors in the compiler's output. Indented lines go on with the message before them. */
export function parseDiagnostics(output: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of output.split(/\r?\n/)) {
    const placed = PLACED.exec(line);
    const placeless = PLACELESS.exec(line);
    const last = found.at(-1);
    if (placed !== null) {
      const [, file, row, column, code, text] = placed;
      found.push({ text: `${text} (${code})`, file: file!, line: Number(row), column: Number(column) });
    } else if (placeless !== null) {
      found.push({ text: `${placeless[2]} (${placeless[1]})` });
    } else if (last !== undefined && /^ +\S/.test(line)) {
      found[found.length - 1] = { ...last, text: `${last.text}\n${line}` };
    }
  }
  return found;
}
