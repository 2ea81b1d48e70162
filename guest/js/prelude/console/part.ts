// part.ts: the console's part: values as text.
export { format } from "./format.js";
export { inspect, inspectTo, inspectWithin } from "./inspect.js";
export { table } from "./table.js";
