// cpus.ts: a processor for each end of a measurement, so that who asks takes no time of who answers.
import { type CpuSet, keepOn, newCpuSet, onlyCpu, readAllowed } from "../src/linux/affinity.js";

export interface Ends {
  readonly server: number;
  readonly client: number;
}

/** As the bench found it: later this thread may be kept on one of them. */
const all = allowed();

/** The first and the last processor that the bench may use; the same one where there is no other. */
export function endCpus(): Ends {
  const cpus = cpusOf(all);
  return { server: cpus[0]!, client: cpus.at(-1)! };
}

/** The numbers of a set's processors. */
export function cpusOf(set: CpuSet): number[] {
  return Array.from({ length: set.length * 8 }, (_, cpu) => cpu).filter(
    (cpu) => ((set[cpu >> 3]! >> (cpu & 7)) & 1) === 1,
  );
}

/** Keeps this thread, and the programs that it starts, on one processor until it is disposed of. */
export function stayOn(cpu: number): Disposable {
  return stayWithin(onlyCpu(cpu));
}

/** Gives this thread, and the programs that it starts, all processors that the bench may use, until it is disposed of. */
export function stayOnAll(): Disposable {
  return stayWithin(all);
}

function stayWithin(cpus: CpuSet): Disposable {
  const before = allowed();
  keepOn(0, cpus);
  return { [Symbol.dispose]: () => void keepOn(0, before) };
}

function allowed(): CpuSet {
  const set = newCpuSet();
  readAllowed(set);
  return set;
}
