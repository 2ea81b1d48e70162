// timers.test.ts: timers, their order, time itself, and errors that nobody catches.
import assert from "node:assert/strict";
import { type Case, casesTest } from "./cases.js";
import { functionTest } from "./support.js";

const cases: Record<string, Case> = {
  "timers come by time, then in order": [
    `(async () => { const seen = []; const at = (ms, name) => setTimeout(() => seen.push(name), ms); at(200, "c"); at(100, "a"); at(150, "b"); at(200, "d"); at(0, "0"); await new Promise((done) => setTimeout(done, 300)); return seen; })()`,
    ["0", "a", "b", "c", "d"],
  ],
  "promise jobs come between two timers": [
    `(async () => { const seen = []; setTimeout(() => { seen.push(1); queueMicrotask(() => seen.push("job")); }, 1); setTimeout(() => seen.push(2), 1); await new Promise((done) => setTimeout(done, 4)); return seen; })()`,
    [1, "job", 2],
  ],
  "an interval goes on until it is cleared": [
    `new Promise((done) => { let n = 0; const id = setInterval((by) => { n += by; if (n >= 6) { clearInterval(id); done(n); } }, 1, 2); })`,
    6,
  ],
  "a timer that is cleared does not come": [
    `(async () => { let came = false; clearTimeout(setTimeout(() => { came = true; }, 1)); clearTimeout(undefined); clearTimeout(1234); await new Promise((done) => setTimeout(done, 3)); return came; })()`,
    false,
  ],
  "arguments and ids": [
    `new Promise((done) => { const id = setTimeout((...all) => done([...all, typeof id, id > 0]), 0, "a", "b"); })`,
    ["a", "b", "number", true],
  ],
  "time passes": [
    `(async () => { const before = performance.now(); await new Promise((done) => setTimeout(done, 5)); const passed = performance.now() - before; return [passed >= 5, before >= 0, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000]; })()`,
    [true, true, true],
  ],
  names: [
    `[self === globalThis, navigator.userAgent, typeof setImmediate, Object.keys(globalThis).includes("setTimeout")]`,
    [true, "Mayfly", "undefined", false],
  ],
};

casesTest("timers keep time and order", cases);

functionTest(
  "an error in a timer and a rejection that nobody handles are told, and the request goes on",
  `export default {
    async fetch() {
      setTimeout(() => { throw new RangeError("in a timer"); }, 1);
      Promise.reject(new TypeError("nobody"));
      const late = Promise.reject(new Error("handled after all"));
      late.catch(() => {});
      reportError(new Error("by hand"));
      await new Promise((done) => setTimeout(done, 3));
      return new Response("well");
    },
  };`,
  async (start) => {
    const guest = start();
    assert.equal((await guest.ask("/")).text, "well");
    assert.match(guest.console, /error: uncaught: RangeError: in a timer\n.*at .*handler\.bundle\.js/s);
    assert.match(guest.console, /error: unhandled rejection: TypeError: nobody/);
    assert.match(guest.console, /error: uncaught: Error: by hand/);
    assert.doesNotMatch(guest.console, /handled after all/);
  },
);

functionTest(
  "timers end with their request",
  `let ticks = 0;
  export default { fetch(request: Request) {
    if (request.url.endsWith("/start")) { setInterval(() => ticks++, 1); return new Response(); }
    return new Promise<Response>((done) => setTimeout(() => done(new Response(String(ticks))), 20));
  } };`,
  async (start) => {
    const guest = start();
    await guest.ask("/start");
    assert.equal((await guest.ask("/")).text, "0");
  },
);
