// headers.test.ts: Headers as the Fetch standard has it.
import { type Case, casesTest } from "./cases.js";

const cases: Record<string, Case> = {
  "names are compared without case and shown in lower case": [
    `(() => { const h = new Headers({ "X-One": "1" }); h.append("x-ONE", "2"); return [h.get("X-one"), [...h.keys()]]; })()`,
    ["1, 2", ["x-one"]],
  ],
  "iteration is sorted, and several Set-Cookie stay apart": [
    `[...new Headers([["b", "2"], ["set-cookie", "x=1"], ["a", "1"], ["Set-Cookie", "y=2"]])]`,
    [
      ["a", "1"],
      ["b", "2"],
      ["set-cookie", "x=1"],
      ["set-cookie", "y=2"],
    ],
  ],
  "iteration sees what is added and removed meanwhile": [
    `(() => { const h = new Headers({ a: "1", b: "2", c: "3" }); const seen = [];
      for (const [name] of h) { seen.push(name); if (name === "a") { h.delete("b"); h.set("d", "4"); } } return seen; })()`,
    ["a", "c", "d"],
  ],
  "an iterator has its own prototype": [
    `(() => { const i = new Headers().entries(); return [String(i), typeof i[Symbol.iterator], Object.hasOwn(Object.getPrototypeOf(i), "next")]; })()`,
    ["[object Headers Iterator]", "function", true],
  ],
  "blanks around a value go": [`new Headers({ a: " \\t b c \\r\\n" }).get("a")`, "b c"],
  "what HTTP does not allow is a TypeError": [
    `[["a b", "c"], ["", "c"], ["a", "b\\0"], ["a", "b\\nc"], ["a", "\\u0100"]].map(([n, v]) => { try { new Headers([[n, v]]); return "no"; } catch (e) { return e.name; } })`,
    ["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"],
  ],
  "pairs must be pairs": [
    `[null, 1, "ab", [["a"]], [["a", "b", "c"]], [1]].map((init) => { try { new Headers(init); return "no"; } catch (e) { return e.name; } })`,
    Array(6).fill("TypeError"),
  ],
  "a record's own enumerable fields count": [
    `[...new Headers(Object.create({ inherited: "1" }, { own: { value: "2", enumerable: true }, hidden: { value: "3" } }))]`,
    [["own", "2"]],
  ],
  "set puts a value in place of all": [
    `(() => { const h = new Headers([["a", "1"], ["a", "2"]]); h.set("A", "3"); return [h.get("a"), h.has("a"), h.get("b")]; })()`,
    ["3", true, null],
  ],
  "getSetCookie gives each": [
    `new Headers([["set-cookie", "a=1"], ["x", "y"], ["set-cookie", "b=2, c"]]).getSetCookie()`,
    ["a=1", "b=2, c"],
  ],
  "forEach hands value, name and headers": [
    `(() => { const h = new Headers({ a: "1" }); const seen = []; h.forEach(function (v, n, all) { seen.push(v, n, all === h, this.x); }, { x: 1 }); return seen; })()`,
    ["1", "a", true, 1],
  ],
  "members are enumerable, the class is not": [
    `[Object.keys(Headers.prototype).sort().join(), Object.keys(globalThis).includes("Headers"), String(new Headers()), Headers.name]`,
    [
      "append,delete,entries,forEach,get,getSetCookie,has,keys,set,values",
      false,
      "[object Headers]",
      "Headers",
    ],
  ],
  "a copy is a copy": [
    `(() => { const h = new Headers({ a: "1" }); const c = new Headers(h); c.set("a", "2"); return h.get("a"); })()`,
    "1",
  ],
};

casesTest("Headers are the standard's", cases);
