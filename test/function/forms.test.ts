// forms.test.ts: Blob, File and FormData, and forms as bodies both ways.
import assert from "node:assert/strict";
import { type Case, casesTest } from "./cases.js";
import { functionTest } from "./support.js";

const multipart = (...lines: string[]) =>
  `new Response(${JSON.stringify(lines.join("\r\n"))}, { headers: { "content-type": "multipart/form-data; boundary=XX" } }).formData()`;

const cases: Record<string, Case> = {
  "a Blob joins its parts": [
    `(async () => { const b = new Blob(["a\\u20ac", new Uint8Array([98]), new Blob(["c"]), 1], { type: "Text/PLAIN" }); return [b.size, b.type, await b.text(), [...(await b.bytes())].length, String(b)]; })()`,
    [7, "text/plain", "a\u20acbc1", 7, "[object Blob]"],
  ],
  "a slice": [
    `(async () => { const b = new Blob(["0123456789"]); return [await b.slice(2, 4).text(), await b.slice(-3).text(), await b.slice(5, 1).text(), b.slice(0, 1, "a/b").type]; })()`,
    ["23", "789", "", "a/b"],
  ],
  "a Blob is a stream": [
    `(async () => { let n = 0; for await (const piece of new Blob(["abc"]).stream()) n += piece.length; return n; })()`,
    3,
  ],
  "a Blob's bytes are its own": [
    `(async () => { const bytes = new Uint8Array([97]); const b = new Blob([bytes]); bytes[0] = 98; new Uint8Array(await b.arrayBuffer())[0] = 99; return b.text(); })()`,
    "a",
  ],
  "what is no sequence is a TypeError": [`new Blob("text")`, /^TypeError: /],
  "a File has a name": [
    `(() => { const f = new File(["x"], "n\\u00e4me", { type: "a/b", lastModified: 5 }); return [f.name, f.type, f.size, f.lastModified, f instanceof Blob, String(f)]; })()`,
    ["n\u00e4me", "a/b", 1, 5, true, "[object File]"],
  ],
  "FormData keeps order and repetition": [
    `(() => { const f = new FormData(); f.append("a", 1); f.append("b", "2"); f.append("a", "3"); const before = [...f]; f.set("a", "4"); f.delete("b"); return [before, [...f], f.get("none"), f.getAll("a"), f.has("a"), [...f.keys()]]; })()`,
    [
      [
        ["a", "1"],
        ["b", "2"],
        ["a", "3"],
      ],
      [["a", "4"]],
      null,
      ["4"],
      true,
      ["a"],
    ],
  ],
  "a Blob becomes a File": [
    `(() => { const f = new FormData(); f.append("a", new Blob(["x"])); f.append("b", new Blob(["x"]), "y.txt"); return [f.get("a").name, f.get("b").name, f.get("a") instanceof File]; })()`,
    ["blob", "y.txt", true],
  ],
  "multipart goes out and comes in": [
    `(async () => { const f = new FormData(); f.append('a "q"\\n', "line\\nbreak"); f.append("file", new File([new Uint8Array([0, 13, 10, 45, 45, 255])], "x.bin", { type: "a/b" })); f.append("u", "\\u20ac");
      const r = new Response(f); const type = r.headers.get("content-type"); const g = await r.formData(); const file = g.get("file");
      return [/^multipart\\/form-data; boundary=/.test(type), [...g.keys()], g.get('a "q"\\r\\n'), file.name, file.type, [...(await file.bytes())], g.get("u")]; })()`,
    [true, ['a "q"\r\n', "file", "u"], "line\r\nbreak", "x.bin", "a/b", [0, 13, 10, 45, 45, 255], "\u20ac"],
  ],
  "multipart as others write it": [
    `[...await ${multipart(
      "preamble",
      "--XX  ",
      "content-disposition: FORM-DATA; name=plain",
      "",
      "one",
      "--XX",
      "X-Other: y",
      'Content-Disposition: form-data; filename="a;b.txt"; name="semi;colon"',
      "",
      "",
      "--XX--",
      "epilogue",
    )}].map(([k, v]) => [k, v.name ?? v, v.type, v.size])`,
    [
      ["plain", "one", null, null],
      ["semi;colon", "a;b.txt", "text/plain", 0],
    ],
  ],
  "no parts": [`[...await ${multipart("--XX--", "")}]`, []],
  "broken multipart is a TypeError": [
    `Promise.all([${[multipart("nothing"), multipart("--XX", "no end"), multipart("--XX", 'Content-Disposition: form-data; name="a"', "", "x"), multipart("--XX", "Content-Type: a/b", "", "x", "--XX--")].map((each) => `${each}.then(() => "no", (e) => e.name)`).join(", ")}])`,
    Array(4).fill("TypeError"),
  ],
  urlencoded: [
    `[...await new Response("a=1&b=x+y%20z&&c&d=%e2%82%ac&e=%ff&f=a=b&%zz=1", { headers: { "content-type": "Application/X-WWW-Form-Urlencoded; charset=utf-8" } }).formData()]`,
    [
      ["a", "1"],
      ["b", "x y z"],
      ["c", ""],
      ["d", "\u20ac"],
      ["e", "\ufffd"],
      ["f", "a=b"],
      ["%zz", "1"],
    ],
  ],
  "another type is a TypeError": [`await new Response("a=1").formData()`, /^TypeError: /],
};

casesTest("forms and blobs are the standard's", cases);

functionTest(
  "a form that Node wrote is read, and Node reads ours",
  `export default { async fetch(request: Request) {
    const form = await request.formData();
    const back = new FormData();
    for (const [name, value] of form) back.append("back-" + name, value);
    return new Response(back);
  } };`,
  async (start) => {
    const form = new FormData();
    form.append("text", "a\u20acb");
    form.append(
      "file",
      new File([Buffer.alloc(100_000, "x\r\n--")], 'sp\u00e4ter "1".txt', { type: "text/x" }),
    );
    const sent = new Response(form);
    const headers = [["content-type", sent.headers.get("content-type")!]] as const;
    const body = Buffer.from(await sent.arrayBuffer());
    const answer = await start().ask("/", { method: "POST", headers, body });
    const back = await new Response(new Uint8Array(answer.body), {
      headers: { "content-type": answer.header("content-type")! },
    }).formData();
    assert.equal(back.get("back-text"), "a\u20acb");
    const file = back.get("back-file") as File;
    assert.equal(file.name, 'sp\u00e4ter "1".txt');
    assert.equal(file.size, 100_000);
  },
);
