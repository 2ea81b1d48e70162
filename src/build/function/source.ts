// source.ts: tells a handler's file from a C file by its name.

/** Whether `mayfly build` takes a file as a function. */
export function isFunctionSource(path: string): boolean {
  return /\.(ts|mts|js|mjs)$/.test(path);
}
