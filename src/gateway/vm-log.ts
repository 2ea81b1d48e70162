// vm-log.ts: the life of virtual machines as lines for people: when one appears, and when and why it is gone.
import type { FunctionObserver, VmChange } from "../function/observer.js";
import { vmName } from "./human-log.js";

export interface VmLogOptions {
  /** The function's. */
  readonly name: string;
  readonly worker: number;
  /** Takes whole lines, with their end. */
  readonly print: (lines: string) => void;
}

/** Why a VM was closed, where its request's line says so already. */
const TOLD_WITH_REQUEST = new Set(["served", "failed"]);

/** The same observer, which also prints. */
export function withVmLog(
  observer: FunctionObserver,
  { name, worker, print }: VmLogOptions,
): FunctionObserver {
  const starting = new Set<number>();
  const say = ({ vm }: VmChange, words: string): void => print(`${vmName(worker, vm)} of ${name} ${words}\n`);
  return {
    call: (done) => observer.call?.(done),
    vm(change) {
      observer.vm?.(change);
      const { vm, state, ms = 0, reason = "" } = change;
      const isNew = starting.delete(vm);
      if (state === "starting") starting.add(vm);
      else if (state === "closed") {
        if (!TOLD_WITH_REQUEST.has(reason)) say(change, `closed: ${closing(reason, ms)}`);
      } else if (isNew) say(change, `started in ${ms.toFixed(2)} ms`);
    },
  };
}

/** Every other reason is how its guest ended: that says enough. */
const CLOSINGS: Readonly<Record<string, string>> = {
  budget: "another function needed its memory",
  discarded: "its request failed",
  closed: "its worker ends",
};

function closing(reason: string, ms: number): string {
  return reason === "idle" ? `idle for ${(ms / 1000).toFixed(1)} s` : (CLOSINGS[reason] ?? reason);
}
