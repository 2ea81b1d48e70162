// vm-budget.ts: one bound for the guest memory of all VMs of many functions, and whose turn it is when there is too little. No I/O.
import { MayflyError } from "../../errors.js";

/** A function, as the budget sees it. */
export interface BudgetMember {
  /** Guest memory of each of its VMs. */
  readonly memoryMiB: number;
  /** Whether somebody waits, and it may have one more VM. */
  readonly wants: boolean;
  /** Since when the idle VM is idle that was used longest ago. */
  readonly oldestIdleSince: number | undefined;
  readonly idleVms: number;
  /** Closes that one. */
  closeOldestIdle(): void;
  /** Makes one VM; its memory has been taken. */
  makeOne(): void;
}

/** One function's part of the budget. */
export interface BudgetAccount {
  readonly member: BudgetMember;
  /** Memory of its VMs, without those that are being closed. */
  heldMiB: number;
}

/**
 * Guest memory for the VMs of all functions that share it. A VM counts from before it is made until it is closed.
 *
 * @example
 * const budget = new VmBudget(1024);
 * const fns = await Promise.all(files.map((file) => Function.load(file, { monitor, budget })));
 */
export class VmBudget {
  readonly memoryMiB: number;
  readonly #accounts = new Set<BudgetAccount>();
  /** Whoever waits for memory, in the order of turns. Some may have got what they want elsewhere meanwhile. */
  readonly #waiting = new Set<BudgetAccount>();
  #used = 0;
  /** Of what is used, that of VMs which are being closed. */
  #closing = 0;
  #isServing = false;

  /** @throws MayflyError OPTION_INVALID */
  constructor(memoryMiB: number) {
    if (!(memoryMiB > 0))
      throw new MayflyError(
        "OPTION_INVALID",
        `the budget for VMs: got ${memoryMiB}, expected more than 0 (MiB)`,
      );
    this.memoryMiB = memoryMiB;
  }

  /** Guest memory of the VMs that exist, MiB. */
  get usedMiB(): number {
    return this.#used;
  }

  /** Lets one function more share it. All that follows is for its pool. */
  open(member: BudgetMember): BudgetAccount {
    const account = { member, heldMiB: 0 };
    this.#accounts.add(account);
    return account;
  }

  /** Takes memory for one VM, if there is some and nobody waits. */
  tryTake(account: BudgetAccount): boolean {
    return this.#waiting.size === 0 && this.#take(account);
  }

  /** Waits for memory for one VM: `makeOne` is called when there is some, perhaps at once. */
  want(account: BudgetAccount): void {
    this.#waiting.add(account);
    this.#serve();
  }

  /**
   * Whether a VM that is free now has to be closed for another function: for one that has none, or for one that would not have more than
   * this one behind it.
   */
  mustYield(account: BudgetAccount): boolean {
    if (this.#waiting.size === 0 || account.heldMiB === 0) return false;
    let free = this.#comingFree();
    for (const { member, heldMiB } of this.#waiting) {
      const { memoryMiB } = member;
      if (member === account.member || !member.wants) continue;
      const missing = Math.max(0, memoryMiB - free);
      if (heldMiB > 0 && account.heldMiB - missing < heldMiB + memoryMiB) continue;
      free -= memoryMiB;
      if (free < 0) return true;
    }
    return false;
  }

  /** A VM is closed for another function: its own one comes behind that. */
  yieldTurn(account: BudgetAccount): void {
    if (this.#waiting.delete(account)) this.#waiting.add(account);
  }

  /** A VM has become idle. */
  idled(): void {
    if (this.#waiting.size > 0) this.#serve();
  }

  /** A VM is being closed … */
  beginClosing(account: BudgetAccount): void {
    account.heldMiB -= account.member.memoryMiB;
    this.#closing += account.member.memoryMiB;
  }

  /** … and is gone. */
  endClosing({ member }: BudgetAccount): void {
    this.#closing -= member.memoryMiB;
    this.#used -= member.memoryMiB;
    this.#serve();
  }

  /** The function is closed; its VMs are gone or will be. */
  leave(account: BudgetAccount): void {
    this.#accounts.delete(account);
    this.#waiting.delete(account);
    this.#serve();
  }

  #take(account: BudgetAccount): boolean {
    const { memoryMiB } = account.member;
    if (this.#used + memoryMiB > this.memoryMiB) return false;
    this.#used += memoryMiB;
    account.heldMiB += memoryMiB;
    return true;
  }

  /** Gives memory to whoever's turn it is, as long as there is some. */
  #serve(): void {
    // What a member does with it leads back here.
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        this.#waiting.delete(next);
        next.member.makeOne();
        if (next.member.wants) this.#waiting.add(next);
      }
    } finally {
      this.#isServing = false;
    }
  }

  /** Who is next, with memory taken for it. */
  #next(): BudgetAccount | undefined {
    for (const account of this.#waiting) if (!account.member.wants) this.#waiting.delete(account);
    // Functions without a VM come first, and nobody overtakes them: others are served by VMs of their own as well.
    for (const account of this.#waiting)
      if (account.heldMiB === 0)
        return this.#makeRoom(account.member) && this.#take(account) ? account : undefined;
    for (const account of this.#waiting) {
      if (this.#available() < account.member.memoryMiB) continue;
      if (this.#makeRoom(account.member) && this.#take(account)) return account;
    }
    return undefined;
  }

  /** Closes idle VMs, the least recently used first, for one VM. Whether its memory is there already. */
  #makeRoom({ memoryMiB }: BudgetMember): boolean {
    while (this.#comingFree() < memoryMiB) {
      const oldest = this.#oldestIdle();
      if (oldest === undefined) return false;
      oldest.closeOldestIdle();
    }
    return this.memoryMiB - this.#used >= memoryMiB;
  }

  /** What nobody holds, or will in a moment. */
  #comingFree(): number {
    return this.memoryMiB - this.#used + this.#closing;
  }

  /** … and what nobody uses. */
  #available(): number {
    let available = this.#comingFree();
    for (const { member } of this.#accounts) available += member.idleVms * member.memoryMiB;
    return available;
  }

  #oldestIdle(): BudgetMember | undefined {
    let oldest: BudgetMember | undefined;
    for (const { member } of this.#accounts) {
      const since = member.oldestIdleSince ?? Number.POSITIVE_INFINITY;
      if (since < (oldest?.oldestIdleSince ?? Number.POSITIVE_INFINITY)) oldest = member;
    }
    return oldest;
  }
}
