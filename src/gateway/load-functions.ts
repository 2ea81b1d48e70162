// load-functions.ts: makes a gateway's functions of its configuration: each loaded once, all mistakes in one report.
import { FetchFunction } from "../function/function.js";
import type { FunctionOptions } from "../function/function-options.js";
import type { FunctionObserver } from "../function/observer.js";
import { VmBudget } from "../function/pool/vm-budget.js";
import { ImageLoader } from "../image/image-loader.js";
import type { Monitor } from "../monitor/monitor.js";
import { functionMistake } from "./config/function-mistake.js";
import { configError } from "./config/mistakes.js";
import type { FunctionConfig, ServeConfig } from "./config/serve-config.js";

export interface LoadOptions {
  /** Told of a step that takes long while functions are built. */
  readonly onSlowStep?: (what: string) => void;
  /** Who watches a function. */
  readonly observe?: (name: string, memoryMiB: number) => FunctionObserver | undefined;
}

/**
 * Loads every function.
 *
 * @param monitor makes their VMs
 * @returns them by name; whoever gets them closes them
 * @throws MayflyError CONFIG_INVALID with each that cannot be loaded
 */
export async function loadFunctions(
  config: ServeConfig,
  monitor: Monitor,
  options: LoadOptions,
): Promise<ReadonlyMap<string, FetchFunction>> {
  const shared = { monitor, budget: new VmBudget(config.memoryMiB), images: new ImageLoader() };
  const functions = new Map<string, FetchFunction>();
  const found: string[] = [];
  for (const each of config.functions) {
    try {
      functions.set(each.name, await loadFunction(each, shared, options));
    } catch (error) {
      found.push(functionMistake(each.name, each.source ?? each.file, error));
    }
  }
  if (found.length === 0) return functions;
  await closeFunctions(functions);
  throw configError(config.name, found);
}

export async function closeFunctions(functions: ReadonlyMap<string, FetchFunction>): Promise<void> {
  await Promise.all([...functions.values()].map((fn) => fn.close()));
}

function loadFunction(
  config: FunctionConfig,
  shared: Pick<FunctionOptions, "monitor" | "budget" | "images">,
  { onSlowStep, observe }: LoadOptions,
): Promise<FetchFunction> {
  const {
    file,
    source = file,
    limits,
    isolation,
    env,
    secrets,
    outbound,
    concurrency,
    keepWarm,
    idleMs,
  } = config;
  const observer = observe?.(config.name, limits.memoryMiB);
  return FetchFunction.load(file, {
    name: source,
    ...shared,
    ...{ limits, isolation, env, secrets, keepWarm, idleMs },
    maxVms: concurrency.vms,
    queue: { length: concurrency.queue, ms: concurrency.queueMs },
    ...(outbound !== undefined && { outbound }),
    ...(observer !== undefined && { observer }),
    ...(onSlowStep !== undefined && { onSlowStep }),
  });
}
