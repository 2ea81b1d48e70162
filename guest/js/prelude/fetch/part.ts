// part.ts: the fetch part: requests to the outside.
export { fetch } from "./fetch.js";
export { forgetHolders } from "./places.js";
