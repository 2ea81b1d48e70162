// exec.ts: puts another program in this process's place (execve(2)): same number, same descriptors, one thread.
import koffi from "koffi";
import { check, lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const execve = libc.func("int execve(const char *path, void *argv, void *envp)");
const fcntl = libc.func("int fcntl(int fd, int cmd, int argument)");

const F_SETFD = 2;

export interface NextProgram {
  readonly path: string;
  readonly argv: readonly string[];
  /** "NAME=value" each. */
  readonly environment: readonly string[];
  /** Descriptors that it gets, under the same numbers. Node closes all others behind it, those that it was given itself, too. */
  readonly descriptors: readonly number[];
}

/** Does not return. */
export function replaceProcess({ path, argv, environment, descriptors }: NextProgram): never {
  for (const fd of descriptors) check(`fcntl F_SETFD of descriptor ${fd}`, fcntl(fd, F_SETFD, 0));
  const words = stringArray(argv);
  const variables = stringArray(environment);
  // Safe: the kernel copies all strings before the old program is gone, and nothing else runs on this thread meanwhile.
  execve(path, words.pointers, variables.pointers);
  throw new SystemCallError(`execve ${path}`, lastErrno());
}

/** A vector of pointers that ends with a null pointer; its strings must live as long as it is used. */
function stringArray(strings: readonly string[]): { pointers: BigUint64Array; kept: Buffer[] } {
  const kept = strings.map((text) => Buffer.from(`${text}\0`));
  return { pointers: BigUint64Array.from([...kept.map((text) => koffi.address(text)), 0n]), kept };
}
