// worker-launch.ts: starts a worker's process: what it inherits, and Landlock before its program begins.
import { type ChildProcess, fork } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type LandlockRule, landlockAbi } from "../../linux/hardening/landlock.js";
import { nodeOptions } from "./node-options.js";

const launcher = fileURLToPath(new URL("launcher.js", import.meta.url));

/** Where a worker finds the table of its connections and their channel, behind stdin, stdout, stderr and Node's channel. */
export const TABLE_DESCRIPTOR = 4;
export const CHANNEL_DESCRIPTOR = 5;

/** Set for a worker that runs under Landlock: the ABI. */
export const LANDLOCK_VARIABLE = "MAYFLY_WORKER_LANDLOCK";

/** Variables that a worker gets. The rest of the supervisor's environment may hold secrets of functions that it does not run. */
const PASSED_ON =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_V8_COVERAGE|SSL_CERT_FILE|SSL_CERT_DIR|OPENSSL_CONF)$/;

export interface Launch {
  /** The worker's program: a file that calls `runWorker`. */
  readonly program: string;
  /** What it may touch of the file system where the kernel has Landlock; undefined: everything. */
  readonly files: readonly LandlockRule[] | undefined;
  /** Where root runs it: with all that root may do. For guests that are processes, which the kernel may let nobody else trace. */
  readonly keepsCapabilities?: boolean;
}

/** What the launcher does before it executes the program. */
export interface LaunchPlan {
  readonly rules: readonly LandlockRule[] | undefined;
  readonly drops: boolean;
}

export function launchWorker(
  { program, files, keepsCapabilities = false }: Launch,
  { table, channel }: { readonly table: number; readonly channel: number },
  output: "inherit" | "pipe" = "inherit",
  errors: "inherit" | "pipe" = "inherit",
): ChildProcess {
  const abi = files === undefined ? 0 : landlockAbi();
  const drops = files !== undefined && !keepsCapabilities && process.geteuid?.() === 0;
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)),
  );
  const plan: LaunchPlan = { rules: abi > 0 ? (files ?? []) : undefined, drops };
  const isPlanned = abi > 0 || drops;
  const child = fork(isPlanned ? launcher : program, isPlanned ? [program] : [], {
    execArgv: isPlanned ? [] : [...nodeOptions()],
    // The filter refuses io_uring, so that libuv must not begin with it.
    env: { ...environment, UV_USE_IO_URING: "0", ...(abi > 0 && { [LANDLOCK_VARIABLE]: String(abi) }) },
    stdio: [isPlanned ? "pipe" : "ignore", output, errors, "ipc", table, channel],
  });
  // Not an argument: Linux takes none above 128 KiB, which is what the rules for a thousand images come to. A launcher that died needs no plan.
  child.stdin?.on("error", () => {}).end(JSON.stringify(plan));
  return child;
}
