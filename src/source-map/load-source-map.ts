// load-source-map.ts: finds the source map beside an image, and makes sure that it is that image's.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hashOfSourceMap, readApplication } from "../image/application.js";
import type { Image } from "../image/image.js";
import { openSourceMap, type StackMapper } from "./stack-mapper.js";

/** Where an image's source map lies. */
export function sourceMapPath(imagePath: string): string {
  return `${imagePath}.map`;
}

/**
 * The stack mapper of a function's image.
 *
 * @param imagePath where the image was loaded from
 * @returns undefined when there is no map beside it, or one of another build, whose lines would be wrong
 * @throws MayflyError IMAGE_INVALID when the image's application is damaged
 */
export async function loadSourceMap(imagePath: string, image: Image): Promise<StackMapper | undefined> {
  const application = readApplication(image);
  const json = await readFile(sourceMapPath(imagePath), "utf8").catch(() => undefined);
  if (application === undefined || json === undefined) return undefined;
  if (Buffer.compare(hashOfSourceMap(json), application.sourceMapHash) !== 0) return undefined;
  return openSourceMap(json, dirname(imagePath));
}
