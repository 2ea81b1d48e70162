// part.ts: the events part: events, their targets, and signals to give up.
export { AbortController, AbortSignal, followingSignal } from "./abort.js";
export { Event, trust } from "./event.js";
export { CustomEvent, ErrorEvent } from "./event-kinds.js";
export { EventTarget } from "./event-target.js";
