// events.test.ts: events, their targets, and signals, as the DOM standard has them.
import { type Case, casesTest } from "./cases.js";

const cases: Record<string, Case> = {
  "listeners are called in order, once each, with the target": [
    `(() => { const t = new EventTarget(); const seen = []; const f = (e) => seen.push(e.type, e.target === t, e.eventPhase);
      t.addEventListener("a", f); t.addEventListener("a", f); t.addEventListener("a", { handleEvent() { seen.push("object"); } }, { once: true });
      t.dispatchEvent(new Event("a")); t.dispatchEvent(new Event("a")); t.removeEventListener("a", f); t.dispatchEvent(new Event("a")); return seen; })()`,
    ["a", true, 2, "object", "a", true, 2],
  ],
  "an event can be stopped and prevented": [
    `(() => { const t = new EventTarget(); const seen = []; t.addEventListener("a", (e) => { seen.push(1); e.stopImmediatePropagation(); e.preventDefault(); }); t.addEventListener("a", () => seen.push(2));
      return [t.dispatchEvent(new Event("a", { cancelable: true })), t.dispatchEvent(new Event("a")), seen]; })()`,
    [false, true, [1, 1]],
  ],
  "a listener that throws stops nobody": [
    `(() => { const t = new EventTarget(); let called = false; t.addEventListener("a", () => { throw new Error("x"); }); t.addEventListener("a", () => { called = true; }); t.dispatchEvent(new Event("a")); return called; })()`,
    true,
  ],
  "events carry what they are given": [
    `[new CustomEvent("a", { detail: 1 }).detail, new CustomEvent("a").detail, new ErrorEvent("e", { message: "m", error: 2, lineno: 3 }).message, new Event("a").isTrusted, Event.AT_TARGET, String(new CustomEvent("x"))]`,
    [1, null, "m", false, 2, "[object CustomEvent]"],
  ],
  "an event's time is performance's, from the request's arrival on": [
    `(() => { const before = performance.now(), at = new Event("a").timeStamp; return before <= at && at <= performance.now(); })()`,
    true,
  ],
  "a class may extend EventTarget": [
    `(() => { class Bus extends EventTarget {} const b = new Bus(); let n = 0; b.addEventListener("x", () => n++); b.dispatchEvent(new Event("x")); return n; })()`,
    1,
  ],
  "a listener goes with its signal": [
    `(() => { const t = new EventTarget(), c = new AbortController(); let n = 0; t.addEventListener("a", () => n++, { signal: c.signal }); t.dispatchEvent(new Event("a")); c.abort(); t.dispatchEvent(new Event("a")); return n; })()`,
    1,
  ],
  "abort tells once, with a reason": [
    `(() => { const c = new AbortController(); const seen = []; c.signal.onabort = (e) => seen.push(e.type, e.isTrusted); c.abort(); c.abort(); return [seen, c.signal.aborted, c.signal.reason.name, c.signal.reason instanceof DOMException]; })()`,
    [["abort", true], true, "AbortError", true],
  ],
  "a reason of one's own": [`AbortSignal.abort("why").throwIfAborted()`, "undefined: undefined"],
  "any follows the first": [
    `(() => { const a = new AbortController(), b = new AbortController(); const s = AbortSignal.any([a.signal, AbortSignal.any([b.signal])]); let n = 0; s.addEventListener("abort", () => n++); b.abort(7); a.abort(8); return [s.aborted, s.reason, n]; })()`,
    [true, 7, 1],
  ],
  "any of an aborted one": [`AbortSignal.any([AbortSignal.abort(3)]).reason`, 3],
  timeout: [
    `(async () => { const s = AbortSignal.timeout(3); await new Promise((done) => s.addEventListener("abort", done)); return [s.reason.name, s.aborted]; })()`,
    ["TimeoutError", true],
  ],
  "nobody makes a signal": [`new AbortSignal()`, /^TypeError: /],
  "a request's signal follows the one it was given": [
    `(() => { const c = new AbortController(); const r = new Request(request, { signal: c.signal }); const s = r.signal; c.abort(); return [s.aborted, s === r.signal, s === c.signal, request.signal.aborted]; })()`,
    [true, true, false, false],
  ],
  DOMException: [
    `[new DOMException("m", "NotFoundError").code, new DOMException("m") instanceof Error, DOMException.ABORT_ERR]`,
    [8, true, 20],
  ],
};

casesTest("events and signals are the standard's", cases);
