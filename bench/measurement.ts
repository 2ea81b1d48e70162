// measurement.ts: one number that the bench found, and whether it keeps its bound. Pure data.
import type { MachineKind } from "../src/machine/machine.js";

/** What a number must keep. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

export interface Measurement {
  /** "lifecycle p50": the question first. */
  readonly name: string;
  readonly machine: MachineKind;
  readonly value: number;
  /** "ms", "µs", "exits", "reads/s"; "×" for a ratio. */
  readonly unit: string;
  readonly bound?: Bound;
  /** The same of Solo5's tender for such a machine, hvt or spt, in the same unit and the same run. */
  readonly solo5?: number;
  /** What a reader must know to read the number right. */
  readonly note?: string;
}

/** As `--json` prints it. */
export interface MeasurementLine {
  readonly name: string;
  readonly machine: MachineKind;
  readonly value: number;
  readonly unit: string;
  /** "≤ 1.5", "≥ 0.98", or null: a number for orientation. */
  readonly bound: string | null;
  /** True also where there is no bound to miss. */
  readonly ok: boolean;
  readonly solo5?: number;
  readonly note?: string;
}

export function keepsBound({ value, bound }: Measurement): boolean {
  if (bound === undefined) return true;
  return "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** "≤ 1.5" */
export function boundText(bound: Bound): string {
  return "atMost" in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
}

/** What all machines measured of one question, rows of the same name side by side, in the order of the first that has them. */
export function sideBySide(byMachine: readonly (readonly Measurement[])[]): Measurement[] {
  const names = new Set(byMachine.flat().map(({ name }) => name));
  return [...names].flatMap((name) => byMachine.flatMap((rows) => rows.filter((row) => row.name === name)));
}

export function toLine(measurement: Measurement): MeasurementLine {
  const { name, machine, value, unit, bound, solo5, note } = measurement;
  return {
    name,
    machine,
    value: round(value),
    unit,
    bound: bound === undefined ? null : boundText(bound),
    ok: keepsBound(measurement),
    ...(solo5 === undefined ? {} : { solo5: round(solo5) }),
    ...(note === undefined ? {} : { note }),
  };
}

/** Four significant digits: more would be noise. Whole numbers stay whole. */
export function round(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
