// merged-metrics.ts: the metrics of workers that come and go as those of one gateway: what a worker that is gone has counted stays counted.
import type { MetricFamily, MetricValue } from "./families.js";

export class MergedMetrics {
  /** What each worker that is there told last. */
  readonly #workers = new Map<number, readonly MetricFamily[]>();
  /** Sums of those that are gone. */
  #past: readonly MetricFamily[] = [];

  /** What a worker counts now. */
  tell(worker: number, families: readonly MetricFamily[]): void {
    this.#workers.set(worker, families);
  }

  /** @param last what it counted in the end; absent when it did not come to say so: then what it told last counts */
  gone(worker: number, last: readonly MetricFamily[] = this.#workers.get(worker) ?? []): void {
    this.#workers.delete(worker);
    // What a process has, it has no more; what it counted has happened.
    const counted = last.filter(({ type }) => type !== "gauge");
    this.#past = addUp(this.#past, counted);
  }

  /** For `metricsText`. */
  get processes(): (readonly MetricFamily[])[] {
    return [this.#past, ...this.#workers.values()];
  }
}

function addUp(one: readonly MetricFamily[], other: readonly MetricFamily[]): MetricFamily[] {
  const families = new Map(one.map((family) => [family.name, family]));
  for (const family of other) {
    const present = families.get(family.name);
    families.set(
      family.name,
      present === undefined ? family : { ...present, values: sums(present.values, family.values) },
    );
  }
  return [...families.values()];
}

function sums(one: readonly MetricValue[], other: readonly MetricValue[]): MetricValue[] {
  const values = new Map(one.map((value) => [keyOf(value), value]));
  for (const value of other) {
    const key = keyOf(value);
    const present = values.get(key);
    values.set(key, present === undefined ? value : { ...present, value: present.value + value.value });
  }
  return [...values.values()];
}

/** Its labels always stand in the same order. */
function keyOf({ metricName = "", labels }: MetricValue): string {
  return metricName + JSON.stringify(labels);
}
