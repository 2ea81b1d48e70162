// corrupt.test.ts: an application that was damaged ends its VM with a sentence; one that was forged ends at most its VM.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { ApplicationHeader } from "../../src/abi/application.js";
import { buildFunction } from "../../src/build/function/build-function.js";
import { checksumOf } from "../../src/image/application.js";
import { ConsoleCollector, type Monitor, parseImage, type VmEnd } from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

const DAMAGED = 60;
const FORGED = 60;
/** A forged application that waits for a request has shown by then that it hangs nobody. */
const FORGED_MS = 200;
const SEED = 20_261_125;
const LONGEST_MS = 240_000;

interface Built {
  readonly bytes: Buffer;
  /** The application's segment: a view of the bytes. */
  readonly segment: Uint8Array;
}

async function built(context: TestContext): Promise<Built> {
  const handler = `export default { fetch: () => new Response(["a", { b: 1.5 }, /c/].join()) };`;
  const folder = await project(context, { "handler.js": handler });
  const output = join(folder, "handler.img");
  await buildFunction({ source: join(folder, "handler.js"), output });
  const bytes = await readFile(output);
  return { bytes, segment: parseImage(bytes, "handler.img").segments.at(-1)!.fileBytes };
}

/** Boots the image up to its first request, which it never gets: one that waits for it is closed. */
async function boot(
  monitor: Monitor,
  bytes: Buffer,
  closeAfterMs = LONGEST_MS,
): Promise<{ end: VmEnd; text: string }> {
  const console = new ConsoleCollector(1 << 16);
  const vm = monitor.create(parseImage(bytes, "handler.img"), {
    console: console.sink,
    limits: { memoryMiB: 32, cpuTimeMs: 2_000, wallTimeMs: 10_000 },
  });
  const timer = setTimeout(() => void vm.close(), closeAfterMs);
  const end = await vm.run();
  clearTimeout(timer);
  await vm.close();
  return { end, text: console.text() };
}

/** Does something to the segment, and takes it back. */
async function spoilt(segment: Uint8Array, spoil: () => void, look: () => Promise<void>): Promise<void> {
  const whole = Uint8Array.from(segment);
  spoil();
  await look();
  segment.set(whole);
}

for (const machine of machines) {
  const options = { skip: whyNoRuntime || machine.skip, timeout: LONGEST_MS };

  test(
    `${machine.kind}: a flipped bit of the application is refused, wherever it is`,
    options,
    async (context) => {
      const { bytes, segment } = await built(context);
      await using monitor = machine.open();
      const bit = fc.oneof(
        fc.integer({ min: 64, max: 8 * ApplicationHeader.size - 1 }),
        fc.integer({ min: 8 * ApplicationHeader.size, max: 8 * segment.length - 1 }),
      );
      for (const at of fc.sample(bit, { numRuns: DAMAGED, seed: SEED }))
        await spoilt(
          segment,
          () => {
            segment[at >> 3]! ^= 1 << (at & 7);
          },
          async () => {
            const { end, text } = await boot(monitor, bytes);
            assert.match(
              text,
              /^the application's bytecode is corrupt: its checksum does not match\n$/,
              `bit ${at}`,
            );
            assert.equal(end.reason, "halt", `bit ${at}`);
          },
        );
    },
  );

  test(
    `${machine.kind}: an application that ends too early, or says that it is longer than memory, is refused`,
    options,
    async (context) => {
      const { bytes, segment } = await built(context);
      await using monitor = machine.open();
      const { prelude_len, program_len } = ApplicationHeader.read(segment);
      const lengths: [number, number][] = [
        [0, 0],
        [prelude_len - 4, program_len],
        [prelude_len, program_len + 4],
        [prelude_len, 1 << 24],
        [1 << 23, 1 << 23],
        [2 ** 31, 2 ** 31],
        [2 ** 32 - 1, program_len],
        [2 ** 32 - 3, 2 ** 32 - 3],
        [prelude_len, 2 ** 32 - 1],
      ];
      for (const [prelude, program] of lengths)
        await spoilt(
          segment,
          () => ApplicationHeader.write(segment, { prelude_len: prelude, program_len: program }),
          async () => assert.match((await boot(monitor, bytes)).text, /corrupt/, `${prelude} and ${program}`),
        );
      for (const length of [0, 8, 20, 64, 100, segment.length >> 1, segment.length - 64])
        await spoilt(
          segment,
          () => segment.fill(0, length),
          async () =>
            assert.match(
              (await boot(monitor, bytes)).text,
              /corrupt|without an application/,
              `${length} bytes`,
            ),
        );
    },
  );

  test(`${machine.kind}: forged bytecode ends at most its VM`, options, async (context) => {
    const { bytes, segment } = await built(context);
    await using monitor = machine.open();
    const change = fc.array(
      fc.tuple(fc.integer({ min: ApplicationHeader.size, max: segment.length - 1 }), fc.nat(255)),
      { minLength: 1, maxLength: 40 },
    );
    for (const changes of fc.sample(change, { numRuns: FORGED, seed: SEED }))
      await spoilt(
        segment,
        () => {
          for (const [at, value] of changes) segment[at] = value;
          ApplicationHeader.write(segment, { checksum: checksumOf(segment) });
        },
        // Whatever it does, it is over within its limits. That the next one boots is the proof that nothing else happened.
        async () => void (await boot(monitor, bytes, FORGED_MS)),
      );
    const { text } = await boot(monitor, bytes, FORGED_MS);
    assert.equal(text, "");
  });
}
