// places.ts: where the base layer lies and where compiled objects are kept.
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder: this file runs as dist/src/build/places.js. */
export const packageRoot: string = fileURLToPath(new URL("../../..", import.meta.url));

/** The C sources that every image is linked with, and their headers. */
export const baseDirectory: string = join(packageRoot, "guest", "base");

/** `build/cache` of the package, or the user's own cache when the package was installed by somebody else. */
export function defaultCacheDirectory(): string {
  const own = join(packageRoot, "build", "cache");
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "mayfly");
  }
}
