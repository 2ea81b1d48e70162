// not-started.ts: why a function did not come to its first request: from how its VM ended, and what it said. No I/O.
import type { Image } from "../image/image.js";
import type { VmEnd, VmEndReason } from "../monitor/vm-end.js";
import { FunctionError } from "./function-error.js";
import type { FunctionLimits } from "./function-limits.js";

/** How the runtime begins to say why (guest/js/runtime.h). */
const BEGINNING = "the application did not start: ";
/** What it then says of two of the reasons. */
const NEEDS_MEMORY = "its modules need more memory than there is";
const AWAITS = "its module awaits";

const MIB = 1 << 20;

/** The limit that a start broke. */
const LIMITS: Partial<Record<VmEndReason, keyof FunctionLimits>> = {
  "cpu-time-limit": "startCpuTimeMs",
  "memory-limit": "memoryMiB",
};

/**
 * The error of a function whose VM ended before its first request.
 *
 * @param said what it printed, its stacks mapped. The words are the guest's: they are shown, and nothing else depends on them
 */
export function notStarted(
  image: Image,
  { memoryMiB }: Pick<FunctionLimits, "memoryMiB">,
  { end, said, cause }: { readonly end: VmEnd; readonly said: string; readonly cause: unknown },
): FunctionError {
  const { reason, rest } = reasonIn(said);
  const needsMemory = reason?.startsWith(NEEDS_MEMORY) === true;
  const limit = needsMemory ? "memoryMiB" : LIMITS[end.reason];
  const left = (memoryMiB - image.end / MIB).toFixed(1);
  const sentence = reason?.replace(
    NEEDS_MEMORY,
    `its modules need more memory than the ${left} MiB that the image leaves of ${memoryMiB}`,
  );
  const details = rest.trimEnd();
  return new FunctionError(
    "FUNCTION_NOT_STARTED",
    `${image.name} did not start: ${sentence ?? end.message}`,
    {
      cause,
      end,
      ...(limit !== undefined && { limit }),
      ...(reason?.startsWith(AWAITS) === true && {
        mend: "let warmUp() or the handler do what waits for time",
      }),
      ...(details !== "" && { details }),
    },
  );
}

/** The runtime's sentence with the place that its stack begins with, and everything else that was said. */
function reasonIn(said: string): { reason: string | undefined; rest: string } {
  const at = `\n${said}`.lastIndexOf(`\n${BEGINNING}`);
  if (at < 0) return { reason: undefined, rest: said };
  const [first, ...stack] = said.slice(at + BEGINNING.length).split("\n");
  const place = /^ {4}at (?:.* \()?(\S.*:\d+:\d+)\)?$/.exec(stack[0] ?? "")?.[1];
  return {
    reason: place === undefined ? first : `${first}, at ${place}`,
    rest: `${said.slice(0, at)}${stack.join("\n")}`,
  };
}
