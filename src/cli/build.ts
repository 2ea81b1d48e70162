// build.ts: `mayfly build SOURCE... -o IMAGE`: makes an image of C files or of a function in TypeScript. Prints one line.
import { Command } from "commander";
import { type BuiltImage, buildImage } from "../build/build-image.js";
import { isFunctionSource } from "../build/function/source.js";
import { MayflyError } from "../errors.js";

interface Flags {
  output: string;
  manifest?: string;
  cflags?: string;
  cc?: string;
  check?: boolean;
}

/** The command, to be added to the program. */
export function buildCommand(): Command {
  return new Command("build")
    .description(
      "Makes an image: of C files and the base layer, or of a function in TypeScript or JavaScript.",
    )
    .argument(
      "<source...>",
      "C or assembler files (.c, .S, .s), a directory, or one handler (.ts, .tsx, .js, .mjs …)",
    )
    .requiredOption("-o, --output <image>", "where the image goes")
    .option(
      "-m, --manifest <file>",
      "the devices it needs, as JSON; by default manifest.json of the directory, or none",
    )
    .option("--cflags <flags>", "more compiler flags, as one word: --cflags='-O3 -DN=4'")
    .option("--cc <compiler>", "the C compiler (default: cc)")
    .option("--check", "check a function's types, too, with the TypeScript of its project")
    .action(async (sources: string[], flags: Flags) => {
      const start = performance.now();
      const { bytes, built } = await build(sources, flags);
      process.stdout.write(`${buildLine(flags.output, bytes, built, performance.now() - start)}\n`);
    });
}

async function build(
  sources: string[],
  { output, manifest, cflags, cc, check = false }: Flags,
): Promise<BuiltImage> {
  const [source, ...more] = sources;
  if (check && !sources.some(isFunctionSource))
    throw new MayflyError("OPTION_INVALID", "building an image: --check is for functions in TypeScript");
  if (source === undefined || !sources.some(isFunctionSource))
    return buildImage({
      sources,
      output,
      ...(manifest === undefined ? {} : { manifest }),
      flags: cflags?.split(/\s+/).filter(Boolean) ?? [],
      ...(cc === undefined ? {} : { cc }),
    });
  if (more.length > 0)
    throw new MayflyError(
      "OPTION_INVALID",
      `building a function: got ${sources.length} files, expected one handler, which imports the others`,
    );
  if (manifest !== undefined || cflags !== undefined)
    throw new MayflyError(
      "OPTION_INVALID",
      "building a function: --manifest and --cflags are for C programs",
    );
  // Loaded only now: esbuild and the engine are nothing that other commands should wait for.
  const { buildFunction } = await import("../build/function/build-function.js");
  return buildFunction({
    source,
    output,
    check,
    ...(cc === undefined ? {} : { cc }),
    onSlowStep: (what) => process.stderr.write(`${what} …\n`),
  });
}

/** "app.img  11.2 KiB  built in 57 ms" */
export function buildLine(output: string, bytes: number, built: boolean, elapsedMs: number): string {
  const size = `${(bytes / 1024).toFixed(1)} KiB`;
  return `${output}  ${size}  ${built ? `built in ${Math.round(elapsedMs)} ms` : "is fresh"}`;
}
