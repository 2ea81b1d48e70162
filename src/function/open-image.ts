// open-image.ts: the image of a function: read, or built first where its file is a handler.
import { fileURLToPath } from "node:url";
import { isFunctionSource, noImageError } from "../build/function/source.js";
import type { Image } from "../image/image.js";
import { ImageLoader } from "../image/image-loader.js";
import type { FunctionOptions } from "./function-options.js";
import { kindOf, refused } from "./option-names.js";

/** @throws MayflyError OPTION_INVALID */
export function pathOf(file: unknown): string {
  if (typeof file === "string" && file !== "") return file;
  if (file instanceof URL && file.protocol === "file:") return fileURLToPath(file);
  const got = file instanceof URL ? file.protocol : file === "" ? "an empty string" : kindOf(file);
  throw refused("the function's file", got, "a path or a file URL");
}

/** The image, under the name that the caller knows, and where it lies. */
export async function openImage(
  file: string,
  { name = file, onSlowStep, images = new ImageLoader() }: FunctionOptions,
): Promise<{ image: Image; path: string }> {
  if (!isFunctionSource(file)) {
    const loading = images.load(file, name);
    const image = await loading.catch(async (error: unknown) =>
      Promise.reject(await noImageError(file, error)),
    );
    return { image, path: file };
  }
  // Loaded only now: who runs images need not have what builds them.
  const { buildCached } = await import("../build/function/build-cached.js");
  const { Toolchain } = await import("../build/function/toolchain.js");
  const tools = new Toolchain({ ...(onSlowStep !== undefined && { onSlowStep }) });
  const { output } = await buildCached(file, tools);
  return { image: await images.load(output, name), path: output };
}
