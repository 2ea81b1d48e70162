// request.test.ts: Request as the Fetch standard has it, and as Node has it.
import { type Case, casesTest } from "./cases.js";
import { sameAsNode } from "./oracle.js";

const failing = (...expressions: string[]) =>
  `[${expressions.map((each) => `() => ${each}`).join(", ")}].map((f) => { try { f(); return "no"; } catch (e) { return e.name; } })`;

const cases: Record<string, Case> = {
  "methods are normalized as far as the standard does": [
    `["get", "Post", "pUT", "delete", "head", "options", "patch", "X"].map((method) => new Request("http://x/", { method }).method)`,
    ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "patch", "X"],
  ],
  "what is no request is a TypeError": [
    failing(
      `new Request("/relative")`,
      `new Request("http://u@x/")`,
      `new Request("http://x/", { method: "a b" })`,
      `new Request("http://x/", { method: "trace" })`,
      `new Request("http://x/", { body: "x" })`,
      `new Request(new Request("http://x/", { method: "POST", body: "x" }), { method: "GET" })`,
      `new Request(request, { method: "HEAD" })`,
      `new Request("http://x/", { redirect: "never" })`,
      `Response.redirect("http://x/", 200)`,
    ),
    [...Array(8).fill("TypeError"), "RangeError"],
  ],
  "the URL is in its one spelling": [
    `[new Request("HTTP://EXAMPLE.com:80/a/../b c?d#e").url, new Request(new URL("http://x/y")).url, Response.redirect("http://x/ü").headers.get("location")]`,
    ["http://example.com/b%20c?d#e", "http://x/y", "http://x/%C3%BC"],
  ],
  "options are kept": [
    `(() => { const r = new Request("http://x/", { redirect: "manual", keepalive: 1, cache: "no-store" }); const s = new Request(r); return [s.redirect, s.keepalive, s.cache, s.mode, s.credentials, s.destination, s.duplex]; })()`,
    ["manual", true, "no-store", "cors", "same-origin", "", "half"],
  ],
  "URLSearchParams are a body": [
    `(async () => { const r = new Request("http://x/", { method: "POST", body: new URLSearchParams({ a: "b c" }) }); return [r.headers.get("content-type"), await r.text()]; })()`,
    ["application/x-www-form-urlencoded;charset=UTF-8", "a=b+c"],
  ],
  "a copy has headers of its own": [
    `(() => { const r = new Request("http://x/", { headers: { a: "1" } }); const s = r.clone(); s.headers.set("a", "2"); return [r.headers.get("a"), s.headers.get("a"), new Request(r, { headers: {} }).headers.get("a")]; })()`,
    ["1", "2", null],
  ],
  "a class may extend them": [
    `(async () => { class Own extends Response { get own() { return this.status + 1; } } class Asked extends Request {} const o = new Own("x", { status: 201 }); return [o.own, await o.text(), o instanceof Response, new Asked("http://x/").url]; })()`,
    [202, "x", true, "http://x/"],
  ],
};

casesTest("requests are the standard's", cases);

/** Pieces of code in which a guest and Node must agree. */
const SAME: [what: string, code: string][] = [
  [
    "headers in and out",
    `const h = new Headers([["b", "1"], ["A", " 2 "], ["b", "3"], ["Set-Cookie", "x"], ["set-cookie", "y"]]); return [[...h], [...h.keys()], [...h.values()], h.get("SET-COOKIE"), h.getSetCookie()];`,
  ],
  [
    "a value that looks like a name",
    `const h = new Headers([["a", "b"], ["c", "b"], ["b", "d"]]); h.set("b", "a"); return [h.has("d"), h.get("b"), [...h]];`,
  ],
  [
    "what headers may hold",
    `const all = []; for (let code = 0; code < 260; code++) { let name = "ok", value = "ok"; try { new Headers([["a" + String.fromCharCode(code) + "b", "v"]]); } catch (e) { name = e.name; } try { new Headers([["a", "v" + String.fromCharCode(code) + "w"]]); } catch (e) { value = e.name; } all.push([code, name, value]); } return all;`,
  ],
  [
    "blanks around values",
    `const all = []; for (const text of ["", " ", "\\t a \\r\\n", "a\\r\\n", "\\u00a0a\\u00a0"]) { try { all.push(new Headers([["a", text]]).get("a")); } catch (e) { all.push(e.name); } } return all;`,
  ],
  ["members of Headers", `return Object.getOwnPropertyNames(Headers.prototype).sort();`],
  [
    "forEach while it changes",
    `const h = new Headers({ a: "1", b: "2", c: "3" }); const seen = []; h.forEach((v, k) => { seen.push(k); if (k === "a") { h.delete("a"); h.append("d", "4"); } }); return seen;`,
  ],
  [
    "a Response's parts",
    `const r = new Response("a", { status: 299, headers: { "x": "y" } }); return [r.ok, r.status, r.statusText, r.type, r.bodyUsed, [...r.headers], await r.text(), r.bodyUsed];`,
  ],
  [
    "statuses",
    `const all = []; for (const status of [199, 200, 204, 205, 304, 599, 600, 200.5, "201", NaN]) for (const body of [null, ""]) { try { all.push(new Response(body, { status }).status); } catch (e) { all.push(e.name); } } return all;`,
  ],
  [
    "slices",
    `const b = new Blob(["0123456789"], { type: "A/B" }); const all = []; for (const [s, e] of [[0], [3], [-3], [2, 5], [5, 2], [-5, -2], [0, 100], [undefined, 4]]) all.push(await b.slice(s, e).text()); return [all, b.type, b.size];`,
  ],
  [
    "forms",
    `const f = new FormData(); f.append("a", "1"); f.append("b", "x"); f.append("a", "2"); f.set("b", "y"); f.set("c", "z"); f.delete("zz"); return [[...f], f.getAll("a"), f.get("q"), f.has("c")];`,
  ],
  [
    "broken UTF-8",
    `const d = new TextDecoder(); const all = []; for (let a = 0xc0; a < 256; a++) for (const rest of [[], [0x80], [0x9f, 0x80], [0xa0, 0x80, 0x80], [0x90, 0x80, 0x80], [0x41]]) all.push(d.decode(new Uint8Array([a, ...rest, 0x42]))); return all;`,
  ],
  [
    "an abort",
    `const s = new AbortController(); const all = []; s.signal.addEventListener("abort", (e) => all.push(e.type)); s.abort("r"); return [all, s.signal.reason, AbortSignal.any([s.signal]).aborted];`,
  ],
  [
    "a clone of a request",
    `const r = new Request("http://x/", { method: "POST", body: "b" }); const c = r.clone(); return [await c.text(), await r.text(), r.bodyUsed, r.headers.get("content-type")];`,
  ],
  [
    "a transform",
    `const { readable, writable } = new TransformStream(); const w = writable.getWriter(); w.write(1); w.write(2); w.close(); const all = []; for await (const x of readable) all.push(x); return all;`,
  ],
];

sameAsNode("the web's API is as Node has it", SAME);
