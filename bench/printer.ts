// printer.ts: measurements for people (a table) and for programs (one JSON object a line), and progress on stderr.
import Table from "cli-table3";
import type { HostRecord } from "./host-record.js";
import { boundText, keepsBound, type Measurement, round, toLine } from "./measurement.js";

export interface Printer {
  head(host: HostRecord): void;
  /** The answer to one question. */
  answer(measurements: readonly Measurement[]): void;
  end(): void;
}

type Write = (text: string) => void;

/** First a line with the host's record, then a line for each measurement, as soon as it is there. */
export function jsonPrinter(write: Write): Printer {
  return {
    head: (host) => write(`${JSON.stringify({ host })}\n`),
    answer: (measurements) => {
      for (const measurement of measurements) write(`${JSON.stringify(toLine(measurement))}\n`);
    },
    end: () => {},
  };
}

/** A table, printed at the end, so that its columns fit. */
export function tablePrinter(write: Write): Printer {
  const rows: Measurement[] = [];
  return {
    head: (host) =>
      write(
        `${host.cpu}, ${host.cores} cores · Linux ${host.kernel} · KVM: ${host.kvm} · Node ${host.node}\nmachines: ${host.machines.join(", ")} · commit ${host.commit} · load ${host.load.toFixed(1)} · ${host.date}\n\n`,
      ),
    answer: (measurements) => void rows.push(...measurements),
    end: () => write(`${tableOf(rows)}\n`),
  };
}

function tableOf(rows: readonly Measurement[]): string {
  const withSolo5 = rows.some(({ solo5 }) => solo5 !== undefined);
  const head = ["", "machine", "value", "unit", "bound", ...(withSolo5 ? ["solo5"] : []), "note"];
  const table = new Table({
    head,
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    colAligns: ["left", "left", "right", "left", "left", ...(withSolo5 ? ["right" as const] : []), "left"],
  });
  let above = "";
  for (const row of rows) {
    const { name, machine, value, unit, solo5, note = "" } = row;
    const beside = withSolo5 ? [solo5 === undefined ? "" : String(round(solo5))] : [];
    table.push([
      name === above ? "" : name,
      machine,
      String(round(value)),
      unit,
      verdict(row),
      ...beside,
      note,
    ]);
    above = name;
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** "✔ ≤ 1.5" */
function verdict(measurement: Measurement): string {
  const { bound } = measurement;
  return bound === undefined ? "" : `${keepsBound(measurement) ? "✔" : "✖"} ${boundText(bound)}`;
}

const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((name) => [name, ""]),
);

/** One line on stderr that each message overwrites, on a terminal; elsewhere a line for each question. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #question = "";
  #last = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  begin(question: string): void {
    this.#question = question;
    if (this.#stream.isTTY) this.#show(question);
    else this.#stream.write(`bench: ${question}\n`);
  }

  readonly tell = (text: string): void => {
    // A line every now and then: writing must not disturb what is measured.
    if (!this.#stream.isTTY || performance.now() - this.#last < 250) return;
    this.#show(`${this.#question}: ${text}`);
  };

  end(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\x1b[K");
  }

  #show(text: string): void {
    this.#last = performance.now();
    this.#stream.write(`\r\x1b[Kbench: ${text}`);
  }
}
