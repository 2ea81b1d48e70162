// start.ts: a new VM of a function up to where it takes its first request: modules evaluated, configuration given.
import { MayflyError } from "../errors.js";
import type { Vm } from "../monitor/vm.js";
import { type Configuration, configure } from "./configuration.js";
import { FunctionError } from "./function-error.js";

/**
 * Starts a VM of an image.
 *
 * @param name the image's
 * @param said what it printed so far
 * @throws FunctionError FUNCTION_NOT_STARTED when it ends instead; MayflyError FUNCTION_NOT_STARTED when it takes no configuration
 */
export async function start(
  vm: Vm,
  configuration: Configuration,
  { name, said }: { readonly name: string; readonly said: () => string },
): Promise<void> {
  try {
    await vm.ready();
    await configure(vm, configuration);
  } catch (cause) {
    if (!(cause instanceof MayflyError) || vm.end === undefined) throw cause;
    const details = said().trimEnd();
    throw new FunctionError("FUNCTION_NOT_STARTED", `${name} did not start: ${vm.end.message}`, {
      cause,
      end: vm.end,
      ...(details !== "" && { details }),
    });
  }
}
