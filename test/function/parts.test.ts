// parts.test.ts: the web's API in parts: whatever name is used is there, and what is not used costs nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadingCode, packModules, readParts } from "../../src/build/function/parts.js";
import { functionTest } from "./support.js";

functionTest(
  "every name is there, even when the build could not see it",
  `const names = ["AbortController", "AbortSignal", "Blob", "ByteLengthQueuingStrategy", "CompressionStream", "CountQueuingStrategy", "CustomEvent", "DecompressionStream", "ErrorEvent", "Event", "EventTarget", "File", "FormData", "ReadableByteStreamController", "ReadableStream", "ReadableStreamBYOBReader", "ReadableStreamBYOBRequest", "ReadableStreamDefaultController", "ReadableStreamDefaultReader", "TextDecoder", "TextDecoderStream", "TextEncoder", "TextEncoderStream", "TransformStream", "TransformStreamDefaultController", "URLPattern", "WritableStream", "WritableStreamDefaultController", "WritableStreamDefaultWriter"].map((name) => name.split("").join(""));
  const spelled = (name: string) => (globalThis as Record<string, any>)[name];
  export default {
    async fetch(request: Request) {
      const missing = names.filter((name) => typeof spelled(name) !== "function" || spelled(name).name !== name || Object.keys(globalThis).includes(name));
      const body = request["bo" + "dy"];
      const reader = body["get" + "Reader"]();
      const { value } = await reader.read();
      return Response.json({ missing, text: new (spelled("Text" + "Decoder"))().decode(value) });
    },
  };`,
  async (start) => {
    const guest = start();
    for (let i = 0; i < 2; i++)
      assert.deepEqual(JSON.parse((await guest.post("/", "body")).text), { missing: [], text: "body" });
  },
);

functionTest(
  "every function of the global object has the name that it is found by, and so have its methods",
  `// Names that the language has for another's sake.
  const others = ["Function.prototype", "String#trimRight", "String#trimLeft", "Date#toGMTString", "Set#keys"];
  const wrong = (place: object, path: string): string[] => Object.getOwnPropertyNames(place).flatMap((key) => {
    const { value } = Object.getOwnPropertyDescriptor(place, key)!;
    return typeof value !== "function" || key === "constructor" || value.name === key || others.includes(path + key) ? [] : [path + key + " is called " + value.name];
  });
  const all = globalThis as unknown as Record<string, any>;
  export default { fetch() {
    for (const name of Object.getOwnPropertyNames(globalThis)) void all[name];
    const classes = Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name) && typeof all[name] === "function");
    return Response.json([
      ...wrong(globalThis, ""),
      ...wrong(console, "console."),
      ...classes.flatMap((name) => [...wrong(all[name], name + "."), ...wrong(all[name].prototype ?? {}, name + "#")]),
    ]);
  } };`,
  async (start) => assert.deepEqual(JSON.parse((await start({ memoryMiB: 64 }).ask("/")).text), []),
);

functionTest(
  "a name may be replaced",
  `globalThis.Blob = 1;
  export default { fetch() { const before = typeof Blob; globalThis.Event = 2; return new Response(before + typeof Event); } };`,
  async (start) => assert.equal((await start().ask("/")).text, "numbernumber"),
);

functionTest(
  "URLPattern finds parts of a path",
  `const pattern = new URLPattern({ pathname: "/books/:id(\\\\d+){.:format}?" });
  export default { fetch: (request: Request) => Response.json(pattern.exec({ pathname: request.url.split(":8080")[1] })?.pathname.groups ?? null) };`,
  async (start) => {
    const guest = start();
    assert.deepEqual(JSON.parse((await guest.ask("/books/12.txt")).text), { id: "12", format: "txt" });
    assert.equal((await guest.ask("/books/x")).text, "null");
  },
);

test("loadingCode names the parts that a program uses, and no other", async () => {
  const all = await readParts();
  const parts = (code: string) => /\((\[.*\])\)/.exec(loadingCode(code, all))?.[1];
  assert.equal(parts("export default { fetch() { return new Response(); } };"), "[]");
  assert.equal(parts("x.pipeThrough(new TextDecoderStream())"), '["streams"]');
  assert.equal(parts("const r = await fetch(u); r.body;"), '["streams","fetch"]');
  assert.equal(parts("new FormData(); console.log(1)"), '["forms","console"]');
});

test("packModules puts each module at a multiple of 4, behind the lengths", () => {
  const archive = packModules([Buffer.from("abcde"), Buffer.from("fg")]);
  assert.deepEqual(
    [...new Uint32Array(archive.buffer.slice(archive.byteOffset, archive.byteOffset + 12))],
    [2, 5, 2],
  );
  assert.equal(archive.toString("latin1", 12), "abcde\0\0\0fg\0\0");
});
