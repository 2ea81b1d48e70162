// failure-news.ts: tells of failures while nobody looks: what a process kept of them would be gone with it, and its end may be the next one.
import type { Observation } from "../observation/observation.js";
import type { DashboardState } from "./dashboard-state.js";

/** A flood of failures is told so often, ms, and the last of them only. */
const TELL_MS = 250;

export class FailureNews {
  readonly #observation: Observation;
  readonly #tell: (update: DashboardState) => void;
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell gets updates of failures alone */
  constructor(observation: Observation, tell: (update: DashboardState) => void) {
    this.#observation = observation;
    this.#tell = tell;
    observation.onFailure = () => {
      this.#timer ??= setTimeout(this.#onTime, TELL_MS).unref();
    };
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    const failures = this.#observation.failures.filter(({ failure }) => failure > this.#told);
    this.#told = failures.at(-1)?.failure ?? this.#told;
    this.#tell({ at: Date.now(), functions: [], failures });
  };
}
