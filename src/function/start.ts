// start.ts: a new VM of a function up to where it takes its first request: modules evaluated, configuration given.
import { MayflyError } from "../errors.js";
import type { Vm } from "../monitor/vm.js";
import { type Configuration, configure } from "./configuration.js";
import { FunctionError } from "./function-error.js";
import type { StackPlaces } from "./stack-places.js";

export interface Starting {
  /** The image's. */
  readonly name: string;
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
  { name, said, places }: Starting,
): Promise<void> {
  try {
    await vm.ready();
    await configure(vm, configuration, places);
  } catch (cause) {
    if (cause instanceof FunctionError) throw notWarm(name, cause);
    if (!(cause instanceof MayflyError) || vm.end === undefined) throw cause;
    const details = said().trimEnd();
    throw new FunctionError("FUNCTION_NOT_STARTED", `${name} did not start: ${vm.end.message}`, {
      cause,
      end: vm.end,
      ...(details !== "" && { details }),
    });
  }
}

/** What became of warmUp: the sentence of a call that fails in the same way, about the start. */
function notWarm(name: string, cause: FunctionError): FunctionError {
  const { message, details, thrown } = cause;
  return new FunctionError("FUNCTION_NOT_STARTED", `${name} did not start, while it warmed up: ${message}`, {
    cause,
    ...(details !== undefined && { details }),
    ...(thrown !== undefined && { thrown }),
  });
}
