// build-runtime.mjs: builds the JavaScript runtime that every function's image starts from, and puts it where the package brings it along.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildRuntime } from "../dist/src/build/function/runtime.js";
import { shippedDirectory, shippedRuntime } from "../dist/src/build/function/runtime-key.js";
import { buildLine } from "../dist/src/cli/build.js";

const start = performance.now();
try {
  const { image, built, key } = await buildRuntime({
    onUnprofiled: (why) =>
      console.error(`the JavaScript engine was compiled without a profile, and is slower: ${why}`),
  });
  const shipped = shippedRuntime(key);
  mkdirSync(shippedDirectory, { recursive: true });
  for (const name of readdirSync(shippedDirectory)) {
    const path = join(shippedDirectory, name);
    if (path !== shipped) rmSync(path);
  }
  writeFileSync(shipped, image);
  if (built) console.log(buildLine("JavaScript runtime", image.length, built, performance.now() - start));
} catch (error) {
  // What can be mended is said in a line or two; anything else is a bug and shows where.
  if (error.code !== "BUILD_FAILED") throw error;
  console.error(
    [`functions cannot be built: ${error.message}`, error.mend && `→ ${error.mend}`]
      .filter(Boolean)
      .join("\n"),
  );
  process.exitCode = 1;
}
