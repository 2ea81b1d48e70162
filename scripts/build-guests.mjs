// build-guests.mjs: builds guest/apps/NAME into build/apps/NAME.img and guest/vessel into build/vessel, as far as stale. Needs dist/.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildImage, openCache } from "../dist/src/build/build-image.js";
import { buildVessel } from "../dist/src/build/build-vessel.js";
import { buildLine } from "../dist/src/cli/build.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const apps = join(root, "guest", "apps");
const images = join(root, "build", "apps");

const names = readdirSync(apps).filter((name) => existsSync(join(apps, name, "manifest.json")));
mkdirSync(images, { recursive: true });
// An image whose folder is gone would still be found, and prove nothing.
for (const file of readdirSync(images)) {
  if (file.endsWith(".img") && !names.includes(file.slice(0, -".img".length))) rmSync(join(images, file));
}

try {
  const cache = await openCache();
  await Promise.all([vessel(cache), ...names.map((name) => build(name, cache))]);
} catch (error) {
  // An error of the builder's own making says all that there is to say; any other is a bug and shows where.
  if (error.code === undefined) throw error;
  const lines = [`build-guests: ${error.message}`];
  if (error.mend) lines.push(`→ ${error.mend}`);
  if (error.output) lines.push(error.output);
  console.error(lines.join("\n"));
  process.exitCode = 1;
}

async function vessel(cache) {
  const start = performance.now();
  const { bytes, built } = await buildVessel(undefined, cache);
  if (built) console.log(buildLine("build/vessel", bytes, built, performance.now() - start));
}

async function build(name, cache) {
  const start = performance.now();
  const output = join(images, `${name}.img`);
  const { bytes, built } = await buildImage({ sources: join(apps, name), output, cache });
  if (built) console.log(buildLine(`build/apps/${name}.img`, bytes, built, performance.now() - start));
}
