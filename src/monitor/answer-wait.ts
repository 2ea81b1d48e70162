// answer-wait.ts: a coroutine's wait for a hypercall's answer, which may be cut short while the answer is still under way.

export class AnswerWait {
  #wake: (() => void) | undefined;
  #underWay: Promise<void> | undefined;

  /** An answer that may still touch guest memory. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  /** Ends the wait, though not the answer. */
  cutShort(): void {
    this.#wake?.();
  }

  /**
   * Resolves once the answer is there, or the wait is cut short.
   *
   * @param onFailure takes an answer's failure as the guest's end; throws when it is the host's, which the wait then rejects with
   */
  for(answer: Promise<void>, onFailure: (error: unknown) => void): Promise<void> {
    this.#underWay = answer;
    // No async function, and no promise between the answer and the loop: each costs every exchange a turn of microtasks.
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        this.#underWay = undefined;
        resolve();
      };
      const failed = (error: unknown): void => {
        try {
          onFailure(error);
          settled();
        } catch (hostFailure) {
          this.#underWay = undefined;
          reject(hostFailure);
        }
      };
      this.#wake = resolve;
      answer.then(settled, failed);
    });
  }
}
