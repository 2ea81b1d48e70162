// hardened.fixture.ts: a program that hardens itself and then tries things. Prints what came of each as JSON. Argument: the tenant.
import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { createServer } from "node:net";
import { Worker } from "node:worker_threads";
import { lastErrno, libc } from "../libc.js";
import { installFilter } from "./seccomp.js";
import { seccompFilter, type Tenant } from "./seccomp-filter.js";
import { NEVER } from "./system-calls.js";

const call = libc.func("long syscall(long number, long a, long b, long c, long d, long e, long f)");

/** The errno, or "done". */
function attempt(number: number, ...args: number[]): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  return call(number, a, b, c, d, e, f) === -1 ? lastErrno() : "done";
}

/** What a promise or function ends with: "done", or its error's code. */
async function outcome(action: () => unknown): Promise<string> {
  try {
    await action();
    return "done";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function thread(): Promise<void> {
  return new Promise((resolve, reject) => {
    new Worker("", { eval: true }).on("exit", () => resolve()).on("error", reject);
  });
}

function exchange(): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.end("HTTP/1.1 204 No Content\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    server.on("listening", () => {
      const { port } = server.address() as { port: number };
      get({ port, host: "localhost", agent: false }, (response) => {
        response.resume();
        server.close();
        resolve();
      }).on("error", reject);
    });
  });
}

await readFile(import.meta.filename ?? new URL(import.meta.url).pathname); // libuv's threads exist from here on
installFilter(seccompFilter(process.argv[2] as Tenant));

const threads = readdirSync("/proc/self/task").map((id) =>
  readFileSync(`/proc/self/task/${id}/status`, "utf8"),
);
const results = {
  threads: threads.length,
  filtered: threads.filter((status) => /^Seccomp:\t2$/m.test(status)).length,
  noNewPrivileges: threads.filter((status) => /^NoNewPrivs:\t1$/m.test(status)).length,
  program: spawnSync("/bin/true").error === undefined ? "done" : "refused",
  // Arguments that every kernel refuses by another word, if it looks at them.
  never: Object.fromEntries(
    Object.entries(NEVER).map(([name, number]) => [name, attempt(number, -1, -1, -1)]),
  ),
  ptrace: attempt(101, 7 /* PTRACE_CONT */, 1),
  rawSocket: attempt(41, 2, 3, 1),
  packetSocket: attempt(41, 17, 3, 0),
  thread: await outcome(thread),
  exchange: await outcome(exchange),
  lookup: await outcome(() => lookup("localhost")),
  file: await outcome(() => readFile("/proc/self/status")),
};
process.stdout.write(JSON.stringify(results));
