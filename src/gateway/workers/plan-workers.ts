// plan-workers.ts: from a configuration to what a supervisor starts: images instead of handlers, and the files that a worker may read.
import { fileURLToPath } from "node:url";
import type { Tenant } from "../../linux/hardening/seccomp-filter.js";
import type { ServeConfig } from "../config/serve-config.js";
import { buildFunctions } from "./build-functions.js";
import type { WorkerPlan } from "./generation.js";
import { workerFiles } from "./worker-files.js";

export interface PlanOptions {
  /** The workers' program: an absolute path, or a file's URL. It calls `runWorker`. */
  readonly program: string | URL;
  /** What the VMs run on. */
  readonly machine: Tenant;
  readonly onSlowStep?: (what: string) => void;
}

/**
 * Builds all handlers of a configuration, and says what its workers need. The images go when its last worker has gone.
 *
 * @throws MayflyError BUILD_FAILED with every handler that cannot be built
 */
export async function planWorkers(
  config: ServeConfig,
  { program, machine, onSlowStep }: PlanOptions,
): Promise<WorkerPlan<ServeConfig>> {
  const { functions, folder, remove } = await buildFunctions(config.functions, onSlowStep);
  const { tls } = config.listen;
  const reads = [
    folder,
    // An image's source map may lie beside it.
    ...functions.flatMap(({ file }) => [file, `${file}.map`]),
    ...(tls === undefined ? [] : [tls.cert, tls.key]),
    ...config.routes.flatMap(({ target }) => (target.kind === "static" ? [target.directory] : [])),
  ];
  return {
    launch: {
      program: typeof program === "string" ? program : fileURLToPath(program),
      files: workerFiles({ machine, reads }),
      keepsCapabilities: machine === "process",
    },
    config: { ...config, functions },
    workers: config.workers,
    onGone: () => {
      // What is left behind is in a cache, and in nobody's way.
      void remove().catch(() => {});
    },
  };
}
