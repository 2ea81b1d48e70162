// cases.ts: many expressions evaluated in one function, each compared with what a person expects: for what the web's API does.
import assert from "node:assert/strict";
import { functionTest } from "./support.js";

/** An expression, which may await, and its value as JSON has it. What it throws is the string "NAME: MESSAGE". */
export type Case = readonly [expression: string, expected: unknown];

interface CasesOptions {
  /** Code that stands before the cases. */
  readonly setup?: string;
}

/** A test of one handler that evaluates every case, in turn, in a request of its own. */
export function casesTest(
  name: string,
  cases: Record<string, Case>,
  { setup = "" }: CasesOptions = {},
): void {
  const functions = Object.values(cases).map(([expression]) => `async (request) => (${expression})`);
  const source = `${setup}
    const cases = [${functions.join(",\n")}];
    export default {
      async fetch(request) {
        const at = Number(request.url.split("/").pop());
        try {
          return Response.json({ value: await cases[at](request) });
        } catch (error) {
          return Response.json({ value: error?.name + ": " + error?.message });
        }
      },
    };`;
  const files = { "handler.ts": `export { default } from "./cases.js";`, "cases.js": source };
  functionTest(name, files, async (start) => {
    const guest = start();
    const all = Object.entries(cases);
    for (const [at, [what, [, expected]]] of all.entries()) {
      const { text } = await guest.post(`/${at}`, "the body");
      const { value } = JSON.parse(text) as { value?: unknown };
      if (expected instanceof RegExp) assert.match(String(value), expected, what);
      else assert.deepEqual(value, expected, `${what}: got ${text}`);
    }
  });
}
