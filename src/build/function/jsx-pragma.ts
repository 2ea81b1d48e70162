// jsx-pragma.ts: a file that names where its JSX comes from has it transformed so, as TypeScript does, also without a tsconfig.json.
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Plugin } from "esbuild";

const SOURCE = /@jsxImportSource\s+\S/;
const RUNTIME = /@jsxRuntime\s+\S/;

/** Without it esbuild takes `@jsxImportSource` for a mistake, and makes calls of a React that nobody imported. */
export const jsxPragma: Plugin = {
  name: "mayfly-jsx-pragma",
  setup({ onLoad }) {
    onLoad({ filter: /\.[jt]sx$/ }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      if (!SOURCE.test(contents) || RUNTIME.test(contents)) return undefined;
      // Behind the last line, so that all lines stay where they are.
      return {
        contents: `${contents}\n/** @jsxRuntime automatic */`,
        loader: extname(path) === ".tsx" ? "tsx" : "jsx",
      };
    });
  },
};
