// layout.ts: the parts of an object on one line where they fit, else on a line each.

const WIDTH = 76;

/**
 * @param title what stands before the brackets; may be empty
 * @param items what stands between them
 */
export function layOut(title: string, items: readonly string[], brackets = "{}"): string {
  const [open, close] = brackets;
  const before = title === "" ? open : `${title} ${open}`;
  if (items.length === 0) return `${before}${close}`;
  const length = items.reduce((sum, item) => sum + item.length + 2, before!.length + 2);
  if (length <= WIDTH && !items.some((item) => item.includes("\n")))
    return `${before} ${items.join(", ")} ${close}`;
  const lines = isRowOfNumbers(items) ? rows(items) : items;
  return `${before}\n${lines.map((item) => `  ${item.replaceAll("\n", "\n  ")}`).join(",\n")}\n${close}`;
}

function isRowOfNumbers(items: readonly string[]): boolean {
  return items.length > 6 && items.every((item) => item.length <= 12 && !item.includes("\n"));
}

/** Several short items on a line. */
function rows(items: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && line.length + item.length + 2 > WIDTH - 2) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? item : `${line}, ${item}`;
  }
  return [...lines, line];
}
