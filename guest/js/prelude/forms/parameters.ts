// parameters.ts: parameters of header values: `form-data; name="a"; filename="b"`.

const PARAMETER = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

/** A parameter's value, without its quotes; undefined when it is not there. */
export function parameterOf(header: string, name: string): string | undefined {
  for (const [, key, quoted, plain] of header.matchAll(PARAMETER))
    if (key!.toLowerCase() === name) return quoted === undefined ? plain!.trim() : unquoted(quoted);
  return undefined;
}

/** Backslashes protect quotes only: browsers send those of Windows paths as they are. */
function unquoted(text: string): string {
  return text.replace(/\\(["\\])/g, "$1");
}
