// capabilities.ts: what root may do beyond files, given up before the next program is executed (capabilities(7)).
import { lastErrno, libc } from "../libc.js";

const prctl = libc.func(
  "int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)",
);

// include/uapi/linux/prctl.h, capability.h
const PR_CAPBSET_DROP = 24;
/** Root reads files of other users by these; which files those are is Landlock's matter. */
const CAP_DAC_OVERRIDE = 1;
const CAP_DAC_READ_SEARCH = 2;
/** Numbers that a kernel may ever use. */
const MOST = 64;

/**
 * Programs that this thread executes have no capability but those for reading files: no tracing, no network administration, no other
 * user's name. Who has none to begin with loses nothing.
 *
 * @returns whether there was something to give up
 */
export function dropCapabilitiesOfPrograms(): boolean {
  let dropped = false;
  for (let capability = 0; capability < MOST; capability++) {
    if (capability === CAP_DAC_OVERRIDE || capability === CAP_DAC_READ_SEARCH) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) === 0) dropped = true;
    // EPERM: not ours to drop, and then not ours to have. EINVAL: this kernel has no more.
    else if (lastErrno() === "EPERM") return false;
  }
  return dropped;
}
