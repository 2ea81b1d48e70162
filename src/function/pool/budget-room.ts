// budget-room.ts: memory of a budget for one VM that belongs to no pool: that in which a function starts.
import type { VmBudget } from "./vm-budget.js";

/** Waits for memory; resolves with how to give it back. */
export function takeRoom(budget: VmBudget, memoryMiB: number): Promise<() => void> {
  return new Promise((resolve) => {
    let wants = true;
    const account = budget.open({
      memoryMiB,
      get wants() {
        return wants;
      },
      oldestIdleSince: undefined,
      idleVms: 0,
      closeOldestIdle() {},
      makeOne() {
        wants = false;
        resolve(() => {
          budget.beginClosing(account);
          budget.endClosing(account);
          budget.leave(account);
        });
      },
    });
    budget.want(account);
  });
}
