// life.ts: a function whose handler shows its state, its configuration and its context, for tests of how its VMs live.
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Function as FetchFunction, type FunctionOptions } from "../../src/index.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

const HANDLER = `
let calls = 0;
const paths = {
  "/count": () => new Response(String(++calls)),
  "/throw": () => { calls += 100; throw new TypeError("no such thing"); },
  "/spend": () => { const end = performance.now() + 30; while (performance.now() < end); return new Response(String(++calls)); },
  "/loop": () => { for (;;); },
  "/slow": () => new Promise((resolve) => setTimeout(() => resolve(new Response("slow")), 200)),
  "/env": (request, env) => Response.json({ env, isFrozen: Object.isFrozen(env) }),
  "/leak": (request, env) => { console.log("the token is " + env.TOKEN); throw new Error("refused: " + env.TOKEN); },
  "/context": (request, env, ctx) =>
    Response.json({ params: ctx.params, isFrozen: Object.isFrozen(ctx.params), id: ctx.requestId, seen: [...request.headers.keys()] }),
};
export default { fetch: (request, env, ctx) => paths[new URL(request.url).pathname](request, env, ctx) };
`;

/** Loads the handler; the function is closed with the test. */
export type Load = (options?: FunctionOptions, file?: string) => Promise<FetchFunction>;

/** A test on each machine. `handler` is the handler's file. */
export function lifeTest(
  name: string,
  body: (load: Load, context: TestContext, handler: string) => Promise<void>,
): void {
  for (const machine of machines) {
    const skip = whyNoRuntime || machine.skip;
    test(`${machine.kind}: ${name}`, { skip, timeout: 60_000 }, async (context) => {
      const folder = await project(context, { "handler.js": HANDLER });
      const load: Load = async (options = {}, file = join(folder, "handler.js")) => {
        const fn = await FetchFunction.load(file, {
          machine: machine.kind,
          ...options,
        });
        context.after(() => fn.close());
        return fn;
      };
      await body(load, context, join(folder, "handler.js"));
    });
  }
}

export const at = (path: string): string => `http://function.test${path}`;
export const textOf = async (response: Promise<Response>): Promise<string> => (await response).text();
export const turn = (): Promise<void> => new Promise(setImmediate);
