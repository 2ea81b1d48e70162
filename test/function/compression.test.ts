// compression.test.ts: CompressionStream and DecompressionStream, held against Node's zlib in both directions.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { casesTest } from "./cases.js";
import { functionTest } from "./support.js";

const FORMATS = [
  ["gzip", gzipSync, gunzipSync],
  ["deflate", deflateSync, inflateSync],
  ["deflate-raw", deflateRawSync, inflateRawSync],
] as const;

const PAYLOADS: Record<string, Buffer> = {
  "nothing at all": Buffer.alloc(0),
  "one byte": Buffer.from("a"),
  "text that repeats itself": Buffer.from(
    "It was the best of times, it was the worst of times. ".repeat(4000),
  ),
  "bytes by chance": randomBytes(70_000),
  "a long run": Buffer.alloc(300_000, 7),
};

/** Pieces of different lengths, so that borders lie everywhere. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, length = 1; at < bytes.length; at += length, length = (length * 7) % 20_011)
    yield bytes.subarray(at, at + length);
}

const HANDLER = `const streams: Record<string, any> = { compress: CompressionStream, decompress: DecompressionStream };
export default { fetch(request: Request) {
  const [, , , which, format] = request.url.split("/");
  return new Response(request.body!.pipeThrough(new streams[which!](format)));
} };`;

functionTest("what is compressed, Node's zlib reads, and the other way round", HANDLER, async (start) => {
  const guest = start({ memoryMiB: 64 });
  for (const [format, compress, decompress] of FORMATS)
    for (const [what, payload] of Object.entries(PAYLOADS)) {
      const post = (path: string, bytes: Uint8Array) =>
        guest.ask(path, { method: "POST", body: pieces(bytes) });
      const packed = await post(`/compress/${format}`, payload);
      assert.ok(decompress(packed.body).equals(payload), `${format}: ${what}`);
      const unpacked = await post(`/decompress/${format}`, compress(payload));
      assert.ok(unpacked.body.equals(payload), `${format}: ${what}`);
    }
});

functionTest("text is made about as small as Node makes it", HANDLER, async (start) => {
  const payload = Buffer.from(Array.from({ length: 4000 }, (_, i) => `{"id":${i},"square":${i * i}}`).join());
  const { body } = await start({ memoryMiB: 64 }).post("/compress/gzip", payload);
  assert.ok(body.length < 1.2 * gzipSync(payload).length, `${body.length} bytes`);
});

functionTest(
  "a bomb goes off within the function's own memory",
  `export default { async fetch(request: Request) {
    const all = request.body!.pipeThrough(new DecompressionStream("gzip"));
    return Response.json((await new Response(all).arrayBuffer()).byteLength);
  } };`,
  async (start) => {
    const { status, header } = await start({ memoryMiB: 32 }).post("/", gzipSync(Buffer.alloc(64 << 20)));
    assert.equal(status, 500);
    assert.match(header("mayfly-failure") ?? "", /^(out-of-memory|exception)$/);
  },
);

const packed = JSON.stringify([...gzipSync("text")]);
const SETUP = `
  const packed = Uint8Array.from(${packed});
  const changed = (at, by = 1) => packed.map((byte, i) => i === (at + packed.length) % packed.length ? byte ^ by : byte);
  const through = async (stream, ...chunks) => {
    const writer = stream.writable.getWriter();
    const text = new Response(stream.readable).text();
    for (const chunk of chunks) writer.write(chunk).catch(() => {});
    writer.close().catch(() => {});
    return text;
  };
  const unpacked = (...chunks) => through(new DecompressionStream("gzip"), ...chunks);`;

casesTest(
  "the streams are the standard's",
  {
    "chunks are any BufferSource": [
      `Promise.all([packed, packed.buffer, new DataView(packed.buffer), new Uint16Array(packed.buffer), new Uint8Array([0, ...packed]).subarray(1)].map((chunk) => unpacked(chunk)))`,
      Array(5).fill("text"),
    ],
    "a chunk of another type is a TypeError": [
      `unpacked("text")`,
      /^TypeError: DecompressionStream: got a chunk of type string, expected a BufferSource/,
    ],
    "and so it is in the other direction": [
      `through(new CompressionStream("gzip"), null)`,
      /^TypeError: CompressionStream: got a chunk of type object, expected a BufferSource/,
    ],
    "an unknown format is a TypeError": [
      `new CompressionStream("br")`,
      /^TypeError: new CompressionStream: got the format "br", expected gzip, deflate or deflate-raw/,
    ],
    "data of another format are corrupt": [`unpacked(new Uint8Array(20).fill(65))`, /^TypeError: .* corrupt/],
    "a checksum that does not fit is corrupt": [`unpacked(changed(-8))`, /^TypeError: .* corrupt/],
    "a length that does not fit is corrupt": [`unpacked(changed(-1))`, /^TypeError: .* corrupt/],
    "data that end early are a TypeError": [
      `unpacked(packed.subarray(0, -1))`,
      /^TypeError: .* end too early/,
    ],
    "no data at all end early, too": ["unpacked()", /^TypeError: .* end too early/],
    "what stands behind the end is a TypeError": [
      `unpacked(packed, new Uint8Array(1))`,
      /^TypeError: .* behind the end/,
    ],
    "also in the same chunk": [`unpacked(Uint8Array.of(...packed, 0))`, /^TypeError: .* behind the end/],
    "an empty chunk is nothing": [
      `unpacked(packed.subarray(0, 5), new Uint8Array(0), packed.subarray(5), new Uint8Array(0))`,
      "text",
    ],
    "they have what streams have": [
      `(() => { const s = new DecompressionStream("deflate"); return [String(s), s.readable instanceof ReadableStream, s.writable instanceof WritableStream]; })()`,
      ["[object DecompressionStream]", true, true],
    ],
  },
  { setup: SETUP },
);
