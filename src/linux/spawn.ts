// spawn.ts: starts a program that this thread can trace. Not child_process: libuv would reap its stops (posix_spawn(3)).

import assert from "node:assert/strict";
import { constants } from "node:os";
import koffi from "koffi";
import { libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const posixSpawn = libc.func(
  "int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attributes, void *argv, void *envp)",
);
const actionsInit = libc.func("int posix_spawn_file_actions_init(void *actions)");
const actionsDup2 = libc.func("int posix_spawn_file_actions_adddup2(void *actions, int fd, int as)");
const actionsDestroy = libc.func("int posix_spawn_file_actions_destroy(void *actions)");

/** At least sizeof(posix_spawn_file_actions_t) of glibc, which is 80. */
const ACTIONS_BYTES = 128;
const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** A descriptor of this process and its number in the new one. */
export interface Inherited {
  readonly fd: number;
  readonly as: number;
}

/** Runs a program with no arguments, no environment, and these descriptors. Returns its process id. */
export function spawn(path: string, inherited: readonly Inherited[]): number {
  // One after the other: a number that was given must not be taken from then. Node's own descriptors have the lowest.
  assert.ok(
    inherited.every(({ fd }) => inherited.every(({ as }) => as < fd)),
    "descriptors are handed over downwards",
  );
  const name = Buffer.from(`${path}\0`);
  const argv = BigUint64Array.of(koffi.address(name), 0n);
  const envp = BigUint64Array.of(0n);
  const actions = new Uint8Array(ACTIONS_BYTES);
  const pid = [0];
  // Safe: all buffers outlive the call, which returns once the program is executed or has failed to be.
  actionsInit(actions);
  try {
    for (const { fd, as } of inherited) actionsDup2(actions, fd, as);
    // posix_spawn returns the errno instead of setting it.
    const error: number = posixSpawn(pid, path, actions, null, argv, envp);
    if (error !== 0)
      throw new SystemCallError(`posix_spawn ${path}`, errnoNames.get(error) ?? `errno ${error}`);
    return pid[0]!;
  } finally {
    actionsDestroy(actions);
  }
}
