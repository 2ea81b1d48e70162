// console.test.ts: console: levels, printf's signs, and values as a person sees them.
import assert from "node:assert/strict";
import { functionTest } from "./support.js";

/** A handler that runs a piece of code, and what the console says then. */
function consoleTest(name: string, code: string, expected: string): void {
  const files = {
    "handler.ts": `export { default } from "./code.js";`,
    "code.js": `export default { fetch() { ${code}; return new Response(); } };`,
  };
  functionTest(name, files, async (start) => {
    const guest = start();
    await guest.ask("/");
    assert.equal(guest.console, expected);
  });
}

consoleTest(
  "levels are visible",
  `console.log("log"); console.info("info"); console.debug("debug"); console.warn("warn", 1); console.error("error");
   console.assert(true, "no"); console.assert(false, "a", "b"); console.count(); console.count("x"); console.count();
   console.group("group"); console.log("in\\ndented"); console.groupEnd(); console.log(); console.dir({ a: "b" }); console.timeEnd("none")`,
  [
    "log",
    "info",
    "debug: debug",
    "warn: warn 1",
    "error: error",
    "assertion failed: a b",
    "default: 1",
    "x: 1",
    "default: 2",
    "group",
    "  in",
    "  dented",
    "",
    `{ a: "b" }`,
    `there is no timer "none"`,
    "",
  ].join("\n"),
);

consoleTest(
  "printf's signs take arguments in turn",
  `console.log("%s|%d|%i|%f|%j|%o|%c|%%|%x", "text", "4.5", 4.5, "4.5x", { a: 1 }, [1], "color: red", "rest", 2);
   console.log("%s %s", "one"); console.log("100%"); console.log("%s", Symbol("s")); console.log("%d", 5n)`,
  'text|4.5|4|4.5|{"a":1}|[ 1 ]||%|%x rest 2\none %s\n100%\nSymbol(s)\n5n\n',
);

consoleTest(
  "values show what they are",
  `class Point { constructor() { this.x = -0; } get length() { return 1; } }
   class Odd { get [Symbol.toStringTag]() { return "tag"; } }
   const ring = { name: "ring" }; ring.self = ring;
   console.log(new Point(), new Odd(), Object.create(null), ring, [1, , 3], new Map([["a", new Set([1n])]]), new Uint8Array([1, 2]), new Uint8Array([255]).buffer);
   console.log(null, undefined, true, "text", ["text"], Symbol.iterator, class A extends Point {}, function named() {}, () => {}, new Date(0), /x/g, [new Number(1)], new String("s"));
   console.log({ get a() { return 1; }, set b(v) {}, get c() { return 1; }, set c(v) {}, "d e": 1, [Symbol("f")]: 2 });
   console.log({ a: { b: { c: { d: { e: 1 } } } } }, Promise.resolve(), new WeakMap());
   console.log(new Headers({ a: "b" }), new Response("x", { status: 404 }), new Proxy({}, { ownKeys() { throw new Error("no"); } }))`,
  [
    `Point { x: -0 } Odd [tag] {} [Object: null prototype] {} { name: "ring", self: [circular] } [ 1, <1 empty item>, 3 ] Map(1) { "a" => Set(1) { 1n } } Uint8Array(2) [ 1, 2 ] ArrayBuffer { <ff>, byteLength: 1 }`,
    `null undefined true text [ "text" ] Symbol(Symbol.iterator) [class A extends Point] [Function: named] [Function: (anonymous)] 1970-01-01T00:00:00.000Z /x/g [ [Number: 1] ] [String: "s"]`,
    `{ a: [Getter], b: [Setter], c: [Getter/Setter], "d e": 1, [Symbol(f)]: 2 }`,
    `{ a: { b: { c: { d: [Object] } } } } Promise { <state unknown> } WeakMap { <items unknown> }`,
    `Headers { "a": "b" } Response {`,
    `  status: 404,`,
    `  statusText: "",`,
    `  headers: Headers { "content-type": "text/plain;charset=UTF-8" },`,
    `  bodyUsed: false`,
    `} [an object that cannot be read]`,
    "",
  ].join("\n"),
);

consoleTest(
  "the web's objects show what they hold, and nothing of how they are made",
  `console.log(new ReadableStream(), new ReadableStream().getReader(), new WritableStream(), new CountQueuingStrategy({ highWaterMark: 1 }));
   console.log(new CompressionStream("gzip"));
   console.log(new AbortController(), AbortSignal.abort("why")); console.log(new Event("load"), new CustomEvent("own", { detail: [1] }));
   console.log(new File(["text"], "a.txt", { type: "text/plain" }), new Blob(["b"]));
   console.log([[[[new Event("deep")]]]])`,
  [
    "ReadableStream { locked: false } ReadableStreamDefaultReader {} WritableStream { locked: false } CountQueuingStrategy { highWaterMark: 1 }",
    "CompressionStream {",
    "  readable: ReadableStream { locked: false },",
    "  writable: WritableStream { locked: false }",
    "}",
    "AbortController {",
    "  signal: AbortSignal { aborted: false, reason: undefined }",
    '} AbortSignal { aborted: true, reason: "why" }',
    'Event { type: "load", cancelable: false, defaultPrevented: false } CustomEvent { type: "own", detail: [ 1 ] }',
    'File { name: "a.txt", size: 4, type: "text/plain" } Blob { size: 1, type: "" }',
    "[ [ [ [ [Event] ] ] ] ]",
    "",
  ].join("\n"),
);

consoleTest(
  "console.dir shows as many levels as it is told to",
  `const nested = { a: { b: { c: { d: { e: { f: 1 } } } } } };
   for (const depth of [0, 1, 5, null, undefined]) console.dir(nested, { depth }); console.log(nested)`,
  [
    "{ a: [Object] }",
    "{ a: { b: [Object] } }",
    "{ a: { b: { c: { d: { e: { f: 1 } } } } } }",
    "{ a: { b: { c: { d: { e: { f: 1 } } } } } }",
    "{ a: { b: { c: { d: [Object] } } } }",
    "{ a: { b: { c: { d: [Object] } } } }",
    "",
  ].join("\n"),
);

consoleTest(
  "what is long is broken into lines, and cut",
  `console.log(Array.from({ length: 120 }, (_, i) => i)); console.log({ first: "a".repeat(40), second: "b".repeat(40) })`,
  `[
  ${rows(100)}, … 20 more
]
{
  first: "${"a".repeat(40)}",
  second: "${"b".repeat(40)}"
}
`,
);

/** The numbers below n, as many on a line as fit. */
function rows(n: number): string {
  const lines: string[] = [""];
  for (let i = 0; i < n; i++) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + String(i).length + 2 > 74) lines.push(String(i));
    else lines[lines.length - 1] = line === "" ? String(i) : `${line}, ${i}`;
  }
  return lines.join(",\n  ");
}

consoleTest(
  "a table",
  `console.table([{ a: 1, b: "x" }, { a: 2, c: true }, 5]); console.table("no table"); console.table([[1, 2]], ["1"])`,
  `┌─────────┬───┬─────┬──────┬────────┐
│ (index) │ a │ b   │ c    │ Values │
├─────────┼───┼─────┼──────┼────────┤
│ 0       │ 1 │ "x" │      │        │
│ 1       │ 2 │     │ true │        │
│ 2       │   │     │      │ 5      │
└─────────┴───┴─────┴──────┴────────┘
"no table"
┌─────────┬───┐
│ (index) │ 1 │
├─────────┼───┤
│ 0       │ 2 │
└─────────┴───┘
`,
);

functionTest(
  "errors show their stack, cause and what they stand for",
  `export default { fetch() {
    console.log(new TypeError("outer", { cause: new RangeError("inner") }));
    console.log(new AggregateError([new Error("one")], "many"));
    console.log({ in: Object.assign(new Error("with"), { code: "E_CODE" }) });
    return new Response();
  } };`,
  async (start) => {
    const guest = start();
    await guest.ask("/");
    const said = guest.console;
    assert.match(
      said,
      /TypeError: outer\n +at fetch \(handler\.bundle\.js:\d+:\d+\)\n[\s\S]* \[cause\]: \[RangeError: inner\n/,
    );
    assert.match(said, /AggregateError: many\n[\s\S]* \[errors\]: \[\n +\[Error: one\n/);
    assert.match(said, /in: Error: with\n[\s\S]* code: "E_CODE"/);
  },
);
