// part.ts: the console's part: values as text.
export { format } from "./format.js";
export { inspectTo } from "./inspect.js";
export { table } from "./table.js";
