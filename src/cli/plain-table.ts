// plain-table.ts: columns of text without lines or colors, two spaces apart.
import Table from "cli-table3";

export type Alignment = "left" | "right";

/**
 * The rows as lines, columns as wide as their widest cell.
 *
 * @param rows cells of text; rows may be shorter than others
 * @param options.head titles of the columns; none unless given
 * @param options.align left unless given
 */
export function plainTable(
  rows: readonly (readonly string[])[],
  options: { head?: readonly string[]; align?: readonly Alignment[] } = {},
): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "" };
  const table = new Table({
    head: [...(options.head ?? [])],
    colAligns: [...(options.align ?? [])],
    chars: {
      ...none,
      ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
      ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
    },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replace(/ +$/gm, "");
}
