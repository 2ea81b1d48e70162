#!/usr/bin/env node
// mayfly.js: starts the compiled command; in a clone that was not compiled yet, names the command that does it.
import { existsSync } from "node:fs";

const main = new URL("../dist/src/cli/main.js", import.meta.url);

if (existsSync(main)) {
  const { main: run } = await import(main.href);
  await run(process.argv.slice(2));
} else {
  console.error("mayfly: this clone is not compiled yet\n→ npm run setup");
  process.exitCode = 1;
}
