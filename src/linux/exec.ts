// exec.ts: puts another program in this process's place (execve(2)): same number, same descriptors, one thread.
import koffi from "koffi";
import { lastErrno, libc } from "./libc.js";
import { SystemCallError } from "./system-call-error.js";

const execve = libc.func("int execve(const char *path, void *argv, void *envp)");

/** Does not return. `environment` holds "NAME=value" strings. */
export function replaceProcess(path: string, argv: readonly string[], environment: readonly string[]): never {
  const arguments_ = stringArray(argv);
  const variables = stringArray(environment);
  // Safe: the kernel copies all strings before the old program is gone, and nothing else runs on this thread meanwhile.
  execve(path, arguments_.pointers, variables.pointers);
  throw new SystemCallError(`execve ${path}`, lastErrno());
}

/** A vector of pointers that ends with a null pointer; its strings must live as long as it is used. */
function stringArray(strings: readonly string[]): { pointers: BigUint64Array; kept: Buffer[] } {
  // A buffer of its own each: small ones share V8's pool, which does not move either, but an empty one has no address.
  const kept = strings.map((text) => Buffer.from(`${text}\0`));
  return { pointers: BigUint64Array.from([...kept.map((text) => koffi.address(text)), 0n]), kept };
}
