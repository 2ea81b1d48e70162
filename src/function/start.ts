// start.ts: a new VM of a function up to where it takes its first request: modules evaluated, configuration given.
import { MayflyError } from "../errors.js";
import type { Image } from "../image/image.js";
import type { Vm } from "../monitor/vm.js";
import { type Configuration, configure } from "./configuration.js";
import { FunctionError } from "./function-error.js";
import type { FunctionLimits } from "./function-limits.js";
import { notStarted } from "./not-started.js";
import type { StackPlaces } from "./stack-places.js";

export interface Starting {
  readonly image: Image;
  readonly limits: Pick<FunctionLimits, "memoryMiB">;
  /** What it printed so far. */
  readonly said: () => string;
  readonly places: StackPlaces;
}

/**
 * Starts a VM of an image.
 *
 * @throws FunctionError FUNCTION_NOT_STARTED when it ends instead; MayflyError FUNCTION_NOT_STARTED when it takes no configuration
 */
export async function start(
  vm: Vm,
  configuration: Configuration,
  { image, limits, said, places }: Starting,
): Promise<void> {
  try {
    await vm.ready();
    await configure(vm, configuration, places);
  } catch (cause) {
    if (cause instanceof FunctionError) throw notWarm(image.name, cause);
    if (!(cause instanceof MayflyError) || vm.end === undefined) throw cause;
    throw notStarted(image, limits, { end: vm.end, said: said(), cause });
  }
}

/** What became of warmUp: the sentence of a call that fails in the same way, about the start. */
function notWarm(name: string, cause: FunctionError): FunctionError {
  const { message, details, thrown, limit } = cause;
  return new FunctionError("FUNCTION_NOT_STARTED", `${name} did not start, while it warmed up: ${message}`, {
    cause,
    ...(details !== undefined && { details }),
    ...(thrown !== undefined && { thrown }),
    ...(limit !== undefined && { limit }),
  });
}
