// terminal.ts: colors, only where somebody sees them: a terminal, and not when NO_COLOR is set (no-color.org).
import { styleText } from "node:util";

export type Format = Parameters<typeof styleText>[0];

/** Paints text for one stream, or leaves it as it is. */
export type Paint = (format: Format, text: string) => string;

/** The painter for a stream. */
export function painter(
  stream: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): Paint {
  const noColor = environment.NO_COLOR;
  const colored = stream.isTTY === true && (noColor === undefined || noColor === "");
  // The stream was judged above; later Nodes would judge stdout by themselves, whatever the stream.
  return (format, text) => (colored ? styleText(format, text, { validateStream: false }) : text);
}
