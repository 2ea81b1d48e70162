// part.ts: the URL part.
export { URL } from "./url.js";
export { URLSearchParams } from "./url-search-params.js";
