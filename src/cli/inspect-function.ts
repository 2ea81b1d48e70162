// inspect-function.ts: what `mayfly inspect` says of an image that is a function.
import { readApplication } from "../image/application.js";
import type { Image } from "../image/image.js";
import { findSourceMap } from "../source-map/load-source-map.js";

/** Sizes are bytes. */
export interface FunctionDescription {
  /** Name and version of the JavaScript engine: "quickjs-ng 0.17.0". */
  engine: string;
  /** The handler's bytecode, and all that it imports. */
  programBytes: number;
  /** The bytecode of the web's API. */
  preludeBytes: number;
  sourceMap: {
    path: string;
    /** `foreign`: there is one, and it is of another build. */
    state: "present" | "missing" | "foreign";
  };
}

/**
 * The function in an image; null when it is none.
 *
 * @param path where the image was loaded from
 * @throws MayflyError IMAGE_INVALID when it is one and is damaged
 */
export async function describeFunction(image: Image, path: string): Promise<FunctionDescription | null> {
  const application = readApplication(image);
  if (application === undefined) return null;
  const { engine, program, prelude } = application;
  const sourceMap = await findSourceMap(path, application);
  return {
    engine,
    programBytes: program.length,
    preludeBytes: prelude.length,
    sourceMap: { path: sourceMap.path, state: sourceMap.state },
  };
}

const SOURCE_MAP_TEXT = {
  present: "",
  missing: " (missing: stacks will name the bundle's lines)",
  foreign: " (of another build: stacks will name the bundle's lines)",
};

/** The same for people, as rows of a table. */
export function functionRows(description: FunctionDescription): string[][] {
  const { engine, programBytes, preludeBytes, sourceMap } = description;
  const size = (bytes: number) => `${bytes.toLocaleString("en-US")} B of bytecode`;
  return [
    ["engine", engine],
    ["application", size(programBytes)],
    ["prelude", size(preludeBytes)],
    ["source map", `${sourceMap.path}${SOURCE_MAP_TEXT[sourceMap.state]}`],
  ];
}
