// load-source-map.ts: finds the source map beside an image, and makes sure that it is that image's.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Application, hashOfSourceMap, readApplication } from "../image/application.js";
import type { Image } from "../image/image.js";
import { openSourceMap, type StackMapper } from "./stack-mapper.js";

/** The source map beside an image. */
export type FoundSourceMap =
  | { readonly path: string; readonly state: "present"; readonly json: string }
  /** `foreign`: of another build. Its lines would be wrong. */
  | { readonly path: string; readonly state: "missing" | "foreign" };

/** @param imagePath where the image was loaded from */
export async function findSourceMap(imagePath: string, application: Application): Promise<FoundSourceMap> {
  const path = `${imagePath}.map`;
  const json = await readFile(path, "utf8").catch(() => undefined);
  if (json === undefined) return { path, state: "missing" };
  const own = Buffer.compare(hashOfSourceMap(json), application.sourceMapHash) === 0;
  return own ? { path, state: "present", json } : { path, state: "foreign" };
}

/**
 * The stack mapper of a function's image.
 *
 * @param imagePath where the image was loaded from
 * @returns undefined when there is no map beside it, or one of another build
 * @throws MayflyError IMAGE_INVALID when the image's application is damaged
 */
export async function loadSourceMap(imagePath: string, image: Image): Promise<StackMapper | undefined> {
  const application = readApplication(image);
  if (application === undefined) return undefined;
  const found = await findSourceMap(imagePath, application);
  return found.state === "present" ? openSourceMap(found.json, dirname(imagePath)) : undefined;
}
