// build.ts: `mayfly build SOURCE... -o IMAGE`: compiles and links an image. Prints one line.
import { Command } from "commander";
import { buildImage, openCache } from "../build/build-image.js";

interface Flags {
  output: string;
  manifest?: string;
  cflags?: string;
  cc?: string;
}

/** The command, to be added to the program. */
export function buildCommand(): Command {
  return new Command("build")
    .description("compile C files, or a directory of them, and link them with the base layer into an image")
    .argument("<source...>", "C or assembler files (.c, .S, .s), or a directory")
    .requiredOption("-o, --output <image>", "where the image goes")
    .option(
      "-m, --manifest <file>",
      "the devices it needs, as JSON; by default manifest.json of the directory, or none",
    )
    .option("--cflags <flags>", "more compiler flags, as one word: --cflags='-O3 -DN=4'")
    .option("--cc <compiler>", "the C compiler (default: cc)")
    .action(async (sources: string[], { output, manifest, cflags, cc }: Flags) => {
      const start = performance.now();
      const { bytes, built } = await buildImage({
        sources,
        output,
        ...(manifest === undefined ? {} : { manifest }),
        flags: cflags?.split(/\s+/).filter(Boolean) ?? [],
        cache: await openCache(cc),
      });
      process.stdout.write(`${buildLine(output, bytes, built, performance.now() - start)}\n`);
    });
}

/** "app.img  11.2 KiB  built in 57 ms" */
export function buildLine(output: string, bytes: number, built: boolean, elapsedMs: number): string {
  const size = `${(bytes / 1024).toFixed(1)} KiB`;
  return `${output}  ${size}  ${built ? `built in ${Math.round(elapsedMs)} ms` : "is fresh"}`;
}
