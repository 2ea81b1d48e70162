// build-runtime.mjs: builds the JavaScript runtime that every function's image starts from, if none is kept. Needs dist/.
import { buildRuntime } from "../dist/src/build/function/runtime.js";
import { buildLine } from "../dist/src/cli/build.js";

const start = performance.now();
try {
  const { image, built } = await buildRuntime();
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
