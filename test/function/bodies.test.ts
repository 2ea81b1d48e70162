// bodies.test.ts: Request and Response: bodies of every kind, read once, in every way.
import { type Case, casesTest } from "./cases.js";

const stream = (text: string) =>
  `new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode(${JSON.stringify(text)})); c.close(); } })`;

const cases: Record<string, Case> = {
  "the request's body is text": ["await request.text()", "the body"],
  "the request's body is bytes": ["[...(await request.bytes()).subarray(0, 3)]", [116, 104, 101]],
  "the request's body is a stream when it is asked for": [
    `(async () => { let text = ""; for await (const piece of request.body) text += new TextDecoder().decode(piece); return [text, request.bodyUsed, request.body.locked]; })()`,
    ["the body", true, false],
  ],
  "the request's body is read once": [
    `[await request.text(), request.bodyUsed, await request.text().catch((e) => e.name)]`,
    ["the body", true, "TypeError"],
  ],
  "a clone of the request has the body, too": [
    `(async () => { const copy = request.clone(); return [await copy.text(), await request.text(), copy.method, copy.url === request.url]; })()`,
    ["the body", "the body", "POST", true],
  ],
  "a body goes from one request to the next": [
    `(async () => { const next = new Request(request, { headers: { a: "1" } }); return [request.bodyUsed, await next.text(), next.headers.get("a"), next.method]; })()`,
    [true, "the body", "1", "POST"],
  ],
  "content types follow from the body": [
    `["text", new Uint8Array(1), new Blob(["x"], { type: "a/b" }), new Blob(["x"]), ${stream("x")}, null]
      .map((body) => new Response(body).headers.get("content-type"))`,
    ["text/plain;charset=UTF-8", null, "a/b", null, null, null],
  ],
  "a content type that is set stays": [
    `[new Response("x", { headers: { "Content-Type": "a/b" } }).headers.get("content-type"), Response.json(1, { headers: { "content-type": "c/d" } }).headers.get("content-type")]`,
    ["a/b", "c/d"],
  ],
  "bytes are copied": [
    `(async () => { const bytes = new Uint8Array([97, 98]); const response = new Response(bytes); bytes[0] = 99; return response.text(); })()`,
    "ab",
  ],
  "a stream's body is text, JSON, bytes and a Blob": [
    `[await new Response(${stream("[1]")}).text(), await new Response(${stream("[1]")}).json(), (await new Response(${stream("[1]")}).arrayBuffer()).byteLength, await (await new Response(${stream("[1]")}).blob()).text()]`,
    ["[1]", [1], 3, "[1]"],
  ],
  "a stream of something else than bytes is a TypeError": [
    `await new Response(new ReadableStream({ start(c) { c.enqueue("text"); } })).text()`,
    /^TypeError: /,
  ],
  "a stream that fails fails the reading": [
    `await new Response(new ReadableStream({ start(c) { c.error(new RangeError("broken")); } })).text()`,
    "RangeError: broken",
  ],
  "a clone of a stream's body is a tee": [
    `(async () => { const response = new Response(${stream("both")}); const copy = response.clone(); return [await copy.text(), await response.text()]; })()`,
    ["both", "both"],
  ],
  "a used body has no clone": [
    `(async () => { const r = new Response("x"); await r.text(); return r.clone(); })()`,
    /^TypeError: /,
  ],
  "reading through the stream uses the body": [
    `(async () => { const r = new Response("x"); const reader = r.body.getReader(); const before = r.bodyUsed; await reader.read(); return [before, r.bodyUsed, await r.text().catch((e) => e.name)]; })()`,
    [false, true, "TypeError"],
  ],
  "no body is no stream, and reads as nothing": [
    `[new Response().body, await new Response().text(), new Response().bodyUsed, await new Response(null).blob().then((b) => b.size)]`,
    [null, "", false, 0],
  ],
  "an empty text is a body": [`[new Response("").body !== null, await new Response("").text()]`, [true, ""]],
  "a byte order mark is no part of the text": [
    `[await new Response("\\ufeffa").text(), await new Response(new Uint8Array([0xef, 0xbb, 0xbf, 97])).text()]`,
    ["a", "a"],
  ],
  "text without UTF-8 is mended": [
    `[await new Response("a\\ud800").text(), await new Response(new Uint8Array([97, 0xe2, 0x82])).text()]`,
    ["a\ufffd", "a\ufffd"],
  ],
  "a pull source is asked only when somebody reads": [
    `(async () => { let asked = 0; const s = new ReadableStream({ pull(c) { asked++; c.enqueue(new Uint8Array(1)); if (asked === 3) c.close(); } }, { highWaterMark: 0 });
      const r = new Response(s); const before = asked; return [before, (await r.bytes()).length]; })()`,
    [0, 3],
  ],
  "one may bring one's own buffer": [
    `(async () => { const reader = new Response("hello").body.getReader({ mode: "byob" }); const { value } = await reader.read(new Uint8Array(3)); return new TextDecoder().decode(value); })()`,
    "hel",
  ],
  "a Response's parts": [
    `(() => { const r = new Response("x", { status: 418, statusText: "Teapot" }); return [r.status, r.statusText, r.ok, r.type, r.url, r.redirected, String(r)]; })()`,
    [418, "Teapot", false, "default", "", false, "[object Response]"],
  ],
  "Response.error, and what is no response": [
    `[Response.error().type, Response.error().status, ...[() => new Response("", { status: 101 }), () => new Response("x", { status: 204 }), () => Response.json(undefined), () => new Response("", { statusText: "\\n" })].map((f) => { try { f(); return "no"; } catch (e) { return e.name; } })]`,
    ["error", 0, "RangeError", "TypeError", "TypeError", "TypeError"],
  ],
  "members are enumerable and the class's own": [
    `[Object.keys(Response.prototype).sort().join(), Object.hasOwn(Request.prototype, "json"), new Response() instanceof Response, Object.keys(Response).sort().join()]`,
    [
      "arrayBuffer,blob,body,bodyUsed,bytes,clone,formData,headers,json,ok,redirected,status,statusText,text,type,url",
      true,
      true,
      "error,json,redirect",
    ],
  ],
};

casesTest("bodies are read once, in every way", cases);
