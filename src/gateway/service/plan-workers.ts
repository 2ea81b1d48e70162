// plan-workers.ts: from a configuration to what a supervisor starts: images instead of handlers, and the files that a worker may read.
import { fileURLToPath } from "node:url";
import type { MachineKind } from "../../machine/machine.js";
import type { ServeConfig } from "../config/serve-config.js";
import type { WorkerPlan } from "../workers/generation.js";
import { workerFiles } from "../workers/worker-files.js";
import { buildFunctions } from "./build-functions.js";
import type { GatewayWorkerConfig, LogStyle } from "./worker-config.js";

const PROGRAM = fileURLToPath(new URL("worker-program.js", import.meta.url));

/** Behind its time limit a request still has to be answered, ms. */
const ANSWER_MS = 1000;
/** However long its limits let a request take: the workers that it keeps cost memory, ms. */
const MOST_REQUEST_MS = 3_600_000;

export interface PlanOptions {
  /** What the VMs run on. */
  readonly machine: MachineKind;
  readonly log: LogStyle;
  readonly onSlowStep?: (what: string) => void;
}

export interface ServicePlan {
  readonly workers: WorkerPlan<GatewayWorkerConfig>;
  /** Absolute paths of what the functions were made of. */
  readonly inputs: readonly string[];
}

/**
 * Builds all handlers of a configuration, and says what its workers need. The images go when its last worker has gone.
 *
 * @throws MayflyError CONFIG_INVALID with every handler that cannot be built
 */
export async function planWorkers(config: ServeConfig, options: PlanOptions): Promise<ServicePlan> {
  const { machine, log, onSlowStep } = options;
  const { functions, inputs, folder, remove } = await buildFunctions(config, onSlowStep);
  const { tls } = config.listen;
  const reads = [
    ...(folder === undefined ? [] : [folder]),
    // An image's source map may lie beside it.
    ...functions.flatMap(({ file }) => [file, `${file}.map`]),
    ...(tls === undefined ? [] : [tls.cert, tls.key]),
    ...config.routes.flatMap(({ target }) => (target.kind === "static" ? [target.directory] : [])),
  ];
  const workers = {
    launch: {
      program: PROGRAM,
      files: workerFiles({ machine, reads }),
      keepsCapabilities: machine === "process",
    },
    config: { serve: { ...config, functions }, machine, log },
    workers: config.workers,
    hangMs: config.hangMs,
    requestMs: requestMs(config),
    onAllGone: () => {
      // What is left behind is in a cache, and in nobody's way.
      void remove().catch(() => {});
    },
  };
  return { workers, inputs };
}

/** How long requests of a configuration may take, and are waited for when other workers take over. */
function requestMs({ functions, drainMs }: ServeConfig): number {
  const each = functions.map(
    ({ limits, concurrency }) => concurrency.queueMs + limits.wallTimeMs + ANSWER_MS,
  );
  return Math.max(drainMs, Math.min(MOST_REQUEST_MS, Math.max(0, ...each)));
}
