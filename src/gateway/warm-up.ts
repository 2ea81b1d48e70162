// warm-up.ts: lets one request pass through a gateway's code before the first client comes. Reaches no guest and no log.
import { get } from "node:http";
import { listen, makeHttpServer } from "./http-server.js";
import type { Route } from "./route.js";
import { RouteTable } from "./routing/route-table.js";
import { noRequests, type Serving, serveRequest } from "./serve-request.js";

/**
 * Node loads and compiles its HTTP code when it is first used, and the first client would wait for that: measured, 10 ms
 * against 4. So a server without routes, on a port of this host alone, answers one request with a 404.
 */
export async function warmUp(): Promise<void> {
  const serving: Serving = {
    routes: new RouteTable<Route>([]),
    onRequest: () => {},
    trusted: [],
    serverTiming: false,
    draining: false,
    ...noRequests(),
  };
  const server = makeHttpServer((request, response) => void serveRequest(serving, request, response));
  try {
    const url = await listen(server, { host: "127.0.0.1", port: 0 });
    await new Promise<void>((resolve) => {
      // A host without a loopback device serves all the same, only its first answer takes longer.
      get(url, { agent: false }, (response) => response.resume().on("close", resolve)).on("error", () =>
        resolve(),
      );
    });
  } catch {
    // … and one that refuses the port, too.
  }
  server.close();
}
