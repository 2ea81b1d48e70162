// recursion.test.ts: whatever recurses without end, in the engine's C or in JavaScript, ends in an error that can be caught.
import assert from "node:assert/strict";
import { functionTest } from "./support.js";

const RANGE = /^RangeError: Maximum call stack size exceeded$/;
/** The regular expression's compiler has a word of its own. */
const PATTERN = /^SyntaxError: (?:stack overflow|too many captures)/;
/** It does not recurse at all, or gives up for another reason that can be caught. */
const ANY = /^(?:returned|RangeError|InternalError: out of memory)/;

const deepProxy = "let p: any = () => 1; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {});";

/** What it is, the body of a function, what comes of it. */
const cases: readonly (readonly [what: string, code: string, expected: RegExp])[] = [
  // The parsers of JSON, of JavaScript, of regular expressions.
  ["JSON.parse of 10^5 brackets", `JSON.parse("[".repeat(1e5) + "]".repeat(1e5));`, RANGE],
  ["JSON.parse of 10^5 objects", `JSON.parse('{"a":'.repeat(1e5) + "1" + "}".repeat(1e5));`, RANGE],
  ["10^4 parentheses", `(0, eval)("(".repeat(1e4) + "1" + ")".repeat(1e4));`, RANGE],
  ["10^5 minus signs", `(0, eval)("- ".repeat(1e5) + "1");`, RANGE],
  ["10^5 array literals", `(0, eval)("[".repeat(1e5) + "]".repeat(1e5));`, RANGE],
  ["10^5 blocks", `(0, eval)("{".repeat(1e5) + "}".repeat(1e5));`, RANGE],
  ["10^5 arrow functions", `(0, eval)("()=>".repeat(1e5) + "1");`, RANGE],
  ["10^5 templates", `(0, eval)("\`\${".repeat(1e5) + "1" + "}\`".repeat(1e5));`, RANGE],
  ["10^5 conditions", `(0, eval)("1?".repeat(1e5) + "1" + ":1".repeat(1e5));`, RANGE],
  ["10^5 patterns", `(0, eval)("var " + "[".repeat(1e5) + "a" + "]".repeat(1e5) + "=1");`, /./],
  ["10^5 times new", `(0, eval)("new ".repeat(1e5) + "Object");`, RANGE],
  ["10^5 powers", `(0, eval)("2" + "**2".repeat(1e5));`, RANGE],
  ["10^5 times else if", `(0, eval)("if (0); else ".repeat(1e5) + ";");`, RANGE],
  ["10^5 groups in a pattern", `new RegExp("(?:".repeat(1e5) + ")".repeat(1e5));`, PATTERN],
  ["10^5 lookaheads", `new RegExp("(?=".repeat(1e5) + ")".repeat(1e5));`, PATTERN],
  ["10^5 classes in a pattern", `new RegExp("[".repeat(1e5) + "]".repeat(1e5), "v");`, PATTERN],
  // Data that is nested deeper than it can be walked.
  ["JSON.stringify", "let a: unknown = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a);", RANGE],
  ["an array's toString", "let a: unknown = []; for (let i = 0; i < 1e5; i++) a = [a]; String(a);", RANGE],
  ["flat()", "let a: any = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity);", RANGE],
  ["an array in itself", "const a: any[] = []; a.push(a); a.flat(1e9);", RANGE],
  ["a deep list that is freed", "let a: unknown = []; for (let i = 0; i < 2e5; i++) a = [a]; a = null;", ANY],
  ["a deep cycle", "let a: any = {}; for (let i = 0; i < 1e5; i++) a = { b: a, c: {} }; a.c.d = a;", ANY],
  ["10^5 prototypes", "let o: any = {}; for (let i = 0; i < 1e5; i++) o = Object.create(o); o.x;", ANY],
  [
    "a string of 2,000 pieces",
    `let s = ""; for (let i = 0; i < 2000; i++) s = i + s + "x"; s.charCodeAt(5);`,
    ANY,
  ],
  ["backtracking", `/(?:(a)|b)*c/.test("a".repeat(1e6));`, /^(?:returned|InternalError: out of memory)/],
  ["10^5 proxies: get", `${deepProxy} p.x;`, RANGE],
  ["10^5 proxies: call", `${deepProxy} p();`, RANGE],
  ["10^5 proxies: new", `${deepProxy} new p();`, /^(?:RangeError|TypeError)/],
  ["10^5 proxies: prototype", `${deepProxy} Object.getPrototypeOf(p);`, RANGE],
  ["10^5 proxies: keys", `${deepProxy} Object.keys(p);`, RANGE],
  ["10^5 proxies: delete", `${deepProxy} delete p.x;`, RANGE],
  ["10^5 proxies: isArray", `${deepProxy} Array.isArray(p);`, ANY],
  ["10^5 bound functions", `let f: any = () => 1; for (let i = 0; i < 1e3; i++) f = f.bind(); f();`, ANY],
  [
    "2 * 10^4 iterator helpers",
    "let i: any = [1].values(); for (let n = 0; n < 2e4; n++) i = i.map((x: any) => x); i.next();",
    RANGE,
  ],
  [
    "2 * 10^4 derived classes",
    "let C: any = class {}; for (let i = 0; i < 2e4; i++) C = class extends C {}; new C();",
    RANGE,
  ],
  // The engine's extensions.
  [
    "structuredClone of 10^5 arrays",
    "let a: unknown = []; for (let i = 0; i < 1e5; i++) a = [a]; clone(a);",
    RANGE,
  ],
  [
    "structuredClone of 10^5 objects",
    "let a: any = {}; for (let i = 0; i < 1e5; i++) a = { a }; clone(a);",
    RANGE,
  ],
  [
    "structuredClone of 10^5 maps",
    "let a: unknown = 1; for (let i = 0; i < 1e5; i++) a = new Map([[1, a]]); clone(a);",
    RANGE,
  ],
  [
    "structuredClone of 10^5 sets",
    "let a: unknown = 1; for (let i = 0; i < 1e5; i++) a = new Set([a]); clone(a);",
    RANGE,
  ],
  [
    "structuredClone of 10^5 causes",
    "let a: any = 1; for (let i = 0; i < 1e5; i++) a = new Error('', { cause: a }); clone(a);",
    ANY,
  ],
  ["a getter that clones itself", "const o: any = { get x() { return clone(o); } }; clone(o);", RANGE],
  ["a URL of its own text", "const o: any = { toString: () => new URL(o).href }; new URL(o);", RANGE],
  [
    "a query of its own text",
    "const o: any = { toString: () => String(new URLSearchParams({ a: o })) }; String(o);",
    RANGE,
  ],
  [
    "pairs of pairs",
    "const o: any = { *[Symbol.iterator]() { yield* new URLSearchParams(o); } }; new URLSearchParams(o);",
    RANGE,
  ],
  ["a URL of 10^5 dots", "new URL('http://x/' + '../'.repeat(1e5) + 'a/./'.repeat(1e5));", ANY],
  [
    "an algorithm's name",
    "const o: any = { get name() { return crypto.subtle.digest(o, new Uint8Array(1)); } }; void crypto.subtle.digest(o, new Uint8Array(1));",
    ANY,
  ],
  // JavaScript that the engine's C calls back.
  ["a function", "const f = (): unknown => [f()]; f();", RANGE],
  ["two functions", "const f = (): number => g() + 1, g = (): number => f() + 1; f();", RANGE],
  ["a getter", "const o: any = { get x() { return [o.x]; } }; o.x;", RANGE],
  ["a setter", "const o: any = { set x(v: unknown) { o.x = v; } }; o.x = 1;", RANGE],
  ["toString", "const o: any = { toString: () => String(o) }; String(o);", RANGE],
  ["valueOf", "const o: any = { valueOf: () => +o }; +o;", RANGE],
  ["Symbol.toPrimitive", "const o: any = { [Symbol.toPrimitive]: () => o + 1 }; o + 1;", RANGE],
  [
    "Symbol.hasInstance",
    "const o: any = { [Symbol.hasInstance]: () => ({}) instanceof o }; ({}) instanceof o;",
    RANGE,
  ],
  ["toJSON", "const o: any = { toJSON: () => JSON.stringify(o) }; JSON.stringify(o);", RANGE],
  ["a reviver", `const f = (): unknown => JSON.parse("[1]", f); f();`, RANGE],
  ["a proxy's trap", "const p: any = new Proxy({}, { get: () => p.x }); p.x;", RANGE],
  [
    "sort",
    "const f = (a: number, b: number): number => { [1, 2, 3].sort(f); return a - b; }; f(1, 2);",
    RANGE,
  ],
  [
    "a typed array's sort",
    "const f = (a: number, b: number): number => { new Int8Array([2, 1]).sort(f); return a - b; }; f(1, 2);",
    RANGE,
  ],
  ["map", "const f = (): unknown => [1].map(f); f();", RANGE],
  ["Array.from", "const f = (): unknown => Array.from([1], f); f();", RANGE],
  ["Map.forEach", "const m = new Map([[1, 1]]); const f = (): void => m.forEach(f); f();", RANGE],
  ["replace", `const f = (): string => "a".replace(/a/, f); f();`, RANGE],
  ["call", "const f = (): unknown => [f.call(null)]; f();", RANGE],
  ["Reflect.apply", "const f = (): unknown => [Reflect.apply(f, null, [])]; f();", RANGE],
  ["a constructor", "class A { a: unknown = new A(); } new A();", RANGE],
  ["a derived constructor", "class A { constructor() { new B(); } } class B extends A {} new B();", RANGE],
  ["a generator", "function* g(): any { yield* g(); } [...g()];", RANGE],
  ["an iterator", "const o: any = { [Symbol.iterator]: () => [...o] }; [...o];", RANGE],
  ["eval", `globalThis.f = () => (0, eval)("f()"); globalThis.f();`, RANGE],
  [
    "an error's message",
    `const e: any = new Error(); Object.defineProperty(e, "message", { get: () => String(e) }); String(e);`,
    RANGE,
  ],
  ["async functions", "const f = async (): Promise<unknown> => [f()]; void f();", ANY],
  ["the console", "let a: any = {}; for (let i = 0; i < 1e5; i++) a = { a }; console.log(a);", ANY],
];

const source = `const clone: (value: unknown) => unknown = globalThis.structuredClone;
const cases: (() => void)[] = [
${cases.map(([, code]) => `  () => { ${code} },`).join("\n")}
];
export default {
  fetch(request: Request) {
    try {
      cases[Number(request.url.split("/").pop())]!();
      return new Response("returned");
    } catch (error) {
      return new Response(String(error));
    }
  },
};`;

functionTest("every recursion ends in an error, and the VM lives on", source, async (start) => {
  const guest = start({ memoryMiB: 64 });
  for (const [index, [what, , expected]] of cases.entries()) {
    const answer = await guest.ask(`/${index}`);
    assert.match(answer.text, expected, what);
  }
});

functionTest(
  "a recursion in which the engine never looks is told as what it is, and the engine is not entered again",
  `export default {
    fetch(request: Request) {
      // Its compiler calls itself for each function inside another.
      if (request.url.endsWith("/deep")) new Function("x=>".repeat(3000) + "1");
      return new Response("well");
    },
  };`,
  async (start) => {
    const guest = start();
    assert.equal((await guest.ask("/")).text, "well");
    for (const target of ["/deep", "/", "/"]) {
      const answer = await guest.ask(target);
      assert.equal(answer.status, 500);
      assert.equal(answer.header("mayfly-failure"), "stack-overflow");
    }
  },
);

functionTest(
  "a function may call itself 3,000 times deep",
  `const depth = (n: number): number => (n === 0 ? 0 : 1 + depth(n - 1));
  export default { fetch: () => new Response(String(depth(3000))) };`,
  async (start) => assert.equal((await start().ask("/")).text, "3000"),
);
