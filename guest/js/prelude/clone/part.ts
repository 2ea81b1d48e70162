// part.ts: the clone part: copies of values.
export { structuredClone } from "./structured-clone.js";
