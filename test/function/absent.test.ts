// absent.test.ts: what a function does not find, as docs/functions.md says under "What is not there".
import { type Case, casesTest } from "./cases.js";

const SETUP = `
  let fired = false;
  setTimeout(() => { fired = true; }, 0);
  const inner = async () => { await null; throw new Error("inner"); };
  const outer = async () => inner();`;

const NAMES = [
  ...["Intl", "WebAssembly", "MessageChannel", "MessagePort", "MessageEvent", "PromiseRejectionEvent"],
  ...["onerror", "onunhandledrejection", "Performance", "WebSocket", "EventSource", "Worker"],
  ...["BroadcastChannel", "caches", "SharedArrayBuffer", "Atomics"],
];

const cases: Record<string, Case> = {
  names: [`${JSON.stringify(NAMES)}.filter((name) => name in globalThis)`, []],
  "marks and measures": ["[typeof performance.mark, typeof performance.measure]", ["undefined", "undefined"]],
  "numbers of a locale": [
    `[(1234567.891).toLocaleString("de-DE"), (5).toLocaleString("de-DE", { style: "currency", currency: "EUR" })]`,
    ["1234567.891", "5"],
  ],
  "dates of a locale": [
    `[new Date(0).toLocaleDateString("de-DE", { weekday: "long" }), new Date(0).toLocaleTimeString("de-DE", { timeZone: "Europe/Berlin" })]`,
    ["01/01/1970", "12:00:00 AM"],
  ],
  "the order of a locale": [`["ä", "z", "a"].sort((a, b) => a.localeCompare(b, "de"))`, ["a", "z", "ä"]],
  "a module's own address": ["typeof import.meta.url", "undefined"],
  "more arguments than a call takes": [
    `[Math.max(...new Uint8Array(65535)), (() => { try { return Math.max(...new Uint8Array(65536)); } catch (e) { return e.name; } })()]`,
    [0, "RangeError"],
  ],
  "timers of a module": ["new Promise((done) => setTimeout(done, 5)).then(() => fired)", false],
  "callers behind an await": [
    `outer().catch((e) => [e.stack.includes("inner"), e.stack.includes("outer")])`,
    [true, false],
  ],
};

casesTest("what the documentation says is not there is not there", cases, { setup: SETUP });
