// encoding.test.ts: TextEncoder and TextDecoder as the Encoding standard has them.
import { type Case, casesTest } from "./cases.js";

const decode = (bytes: string, label = "utf-8", options = "{}") =>
  `new TextDecoder(${JSON.stringify(label)}, ${options}).decode(new Uint8Array([${bytes}]))`;

const cases: Record<string, Case> = {
  "encode mends lone surrogates": [
    `[...new TextEncoder().encode("a\\u00e9\\u20ac\\u{1f98b}\\udc00")]`,
    [97, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xa6, 0x8b, 0xef, 0xbf, 0xbd],
  ],
  "encode of nothing": [`new TextEncoder().encode().length + new TextEncoder().encoding`, "0utf-8"],
  "encodeInto stops before what does not fit": [
    `[0, 1, 2, 3, 4, 5, 6, 7, 8, 20].map((n) => { const { read, written } = new TextEncoder().encodeInto("a\\u20ac\\u{1f98b}", new Uint8Array(n)); return [read, written]; })`,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [1, 1],
      [2, 4],
      [2, 4],
      [2, 4],
      [2, 4],
      [4, 8],
      [4, 8],
    ],
  ],
  "decode of valid and of empty": [
    `[${decode("0xe2,0x82,0xac")}, ${decode("")}, new TextDecoder().decode()]`,
    ["\u20ac", "", ""],
  ],
  "each broken sequence is one U+FFFD": [
    `[${decode("0xff,97,0xe2,0x82,98")}, ${decode("0xf0,0x9f,0xa6")}, ${decode("0xed,0xa0,0x80")}, ${decode("0xc0,0x80")}, ${decode("0xf0,0x80,0x80")}]`,
    ["\ufffda\ufffdb", "\ufffd", "\ufffd\ufffd\ufffd", "\ufffd\ufffd", "\ufffd\ufffd\ufffd"],
  ],
  "fatal throws": [decode("97,0xff", "utf-8", "{ fatal: true }"), /^TypeError: /],
  "a byte order mark goes unless it is wanted": [
    `[${decode("0xef,0xbb,0xbf,97")}, ${decode("0xef,0xbb,0xbf,97", "utf-8", "{ ignoreBOM: true }")}]`,
    ["a", "\ufeffa"],
  ],
  "a stream of single bytes": [
    `(() => { const d = new TextDecoder(); let text = ""; for (const b of new TextEncoder().encode("\\ufeffa\\u00e9\\u20ac\\u{1f98b}")) text += d.decode(new Uint8Array([b]), { stream: true }); return text + d.decode(); })()`,
    "a\u00e9\u20ac\u{1f98b}",
  ],
  "a stream that ends within a character": [
    `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([97, 0xe2, 0x82]), { stream: true }), d.decode(), d.decode(new Uint8Array([98]))]; })()`,
    ["a", "\ufffd", "b"],
  ],
  "a broken beginning is not held back": [
    `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe0, 0x80]), { stream: true }), d.decode(new Uint8Array([0xf5]), { stream: true }), d.decode(new Uint8Array([0xf0, 0x8f]), { stream: true })]; })()`,
    ["\ufffd\ufffd", "\ufffd", "\ufffd\ufffd"],
  ],
  "utf-16le": [
    `[${decode("0xac,0x20,0x3e,0xd8,0x8b,0xdd", "utf-16")}, ${decode("0xff,0xfe,97,0", "utf-16le")}, ${decode("97,0,0,0xd8", "unicode")}, ${decode("97", "utf-16le")}]`,
    ["\u20ac\u{1f98b}", "a", "a\ufffd", "\ufffd"],
  ],
  "utf-16le in pieces": [
    `(() => { const d = new TextDecoder("utf-16le"); let text = ""; for (const b of [0x3e, 0xd8, 0x8b, 0xdd, 97, 0]) text += d.decode(new Uint8Array([b]), { stream: true }); return text + d.decode(); })()`,
    "\u{1f98b}a",
  ],
  "latin1 is windows-1252": [
    `[${decode("97,0xe9,0x80,0x81,0x9f", "latin1")}, new TextDecoder("ASCII").encoding]`,
    ["a\u00e9\u20ac\u0081\u0178", "windows-1252"],
  ],
  labels: [
    `[" UTF8 ", "unicode-1-1-utf-8", "ucs-2", "iso-8859-1"].map((label) => new TextDecoder(label).encoding)`,
    ["utf-8", "utf-8", "utf-16le", "windows-1252"],
  ],
  "an encoding that is not known is a RangeError": [`new TextDecoder("shift_jis")`, /^RangeError: /],
  "views and buffers": [
    `(() => { const b = new Uint8Array([97, 98, 99, 100]); const d = new TextDecoder(); return [d.decode(b.buffer), d.decode(b.subarray(1, 3)), d.decode(new DataView(b.buffer, 3))]; })()`,
    ["abcd", "bc", "d"],
  ],
  "long texts": [
    `(() => { const bytes = new Uint8Array(200000).fill(0xe9); return [new TextDecoder("latin1").decode(bytes).length, new TextDecoder().decode(bytes).length]; })()`,
    [200000, 200000],
  ],
};

casesTest("text becomes bytes and bytes text", cases);
