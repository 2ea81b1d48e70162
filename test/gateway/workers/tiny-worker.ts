// tiny-worker.ts: a worker program for tests of the supervisor: no VMs, a config that says how to misbehave.
import { spawnSync } from "node:child_process";
import { lookup } from "node:dns";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import process from "node:process";
import { MayflyError } from "../../../src/errors.js";
import { runWorker } from "../../../src/gateway/workers/run-worker.js";

export interface TinyConfig {
  readonly word: string;
  readonly secret?: string;
  /** What loading does: nothing, throw, end the process, never come to an end, or keep the event loop from turning for 3 s. */
  readonly load?: "throw" | "exit" | "hang" | "slow";
  /** Speaks TLS, with these in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How long a head may take, ms. */
  readonly headMs?: number;
  /** A file: its text decides as `load` does, so that a test can change its mind. */
  readonly loadFrom?: string;
}

/** More than the kernel takes for a client that does not read. */
const BIG_BYTES = 32 * 1024 * 1024;

runWorker<TinyConfig>(async (config) => {
  const load = config.loadFrom === undefined ? config.load : readFileSync(config.loadFrom, "utf8").trim();
  if (load === "throw")
    throw new MayflyError("CONFIG_INVALID", "tiny: got nothing, expected something", { mend: "mend it" });
  if (load === "exit") process.exit(9);
  if (load === "hang") await new Promise(() => setInterval(() => {}, 1000));
  if (load === "slow") spin(3000);

  const held: ServerResponse[] = [];
  const late: ServerResponse[] = [];
  let requests = 0;
  const { headMs = 10_000 } = config;
  const patience = { headersTimeout: headMs, requestTimeout: 60_000, connectionsCheckingInterval: 100 };
  const onRequest: RequestListener = (request, response) => {
    requests++;
    switch (request.url) {
      case "/die":
        process.kill(process.pid, "SIGKILL");
        break;
      case "/hold":
        held.push(response);
        break;
      case "/late":
        late.push(response);
        break;
      case "/answer-late":
        for (const one of late.splice(0)) one.writeHead(200).end(config.word);
        response.end();
        break;
      case "/spin":
        spin(Number.POSITIVE_INFINITY);
        break;
      case "/busy":
        spin(600);
        response.end();
        break;
      case "/half":
        response.writeHead(200, { "content-length": 100 });
        response.write("half");
        break;
      case "/big":
        response.end(Buffer.alloc(BIG_BYTES));
        break;
      case "/read":
        response.end(outcome(() => readFileSync(request.headers["x-file"] as string)));
        break;
      case "/program":
        response.end((spawnSync("/bin/true").error as NodeJS.ErrnoException | undefined)?.code ?? "done");
        break;
      case "/kvm":
        response.end(outcome(() => closeSync(openSync("/dev/kvm", "r+"))));
        break;
      case "/lookup":
        lookup("localhost", (error) => response.end(error?.code ?? "done"));
        break;
      case "/release":
        for (const one of held.splice(0)) one.end(config.word);
        response.end();
        break;
      default:
        response.end(`${config.word} ${process.pid}`);
    }
  };
  const { tls } = config;
  const server =
    tls === undefined
      ? createServer(patience, onRequest)
      : createTlsServer({ ...patience, ...tls }, onRequest);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return {
    server,
    machine: "kvm",
    answer: (question) => ({
      question,
      requests,
      held: held.length,
      // Those of which bytes were read.
      connections: [...sockets].filter(({ bytesRead }) => bytesRead > 0).length,
      seesSecret: [process.argv, process.env].some((where) =>
        JSON.stringify(where).includes(config.secret ?? "\0"),
      ),
      secretLength: config.secret?.length,
    }),
    async close() {
      server.closeAllConnections();
      return undefined;
    },
  };
});

/** Keeps the event loop from turning, ms. */
function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function outcome(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "failed";
  }
}
