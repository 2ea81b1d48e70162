// options.ts: the command line of `npm run test:svm`. Pure.
import { parseArgs } from "node:util";

export const usage = `npm run test:svm -- [options] [TEXT…]

Runs the tests of images, machines, monitor and devices on a second KVM: Debian's kernel with kvm-amd, under
QEMU's emulation of an AMD CPU. With TEXT, only test files whose path contains one of the texts.

  --host            run them on this machine's own KVM as well
  --write-docs      as --host, and write both results to docs/hardware.md
  --if-available    where QEMU or the kernel cannot be had: say so, and succeed
  --time-limit N    minutes that one run may take (20)
  --json            print one JSON object: { "svm": run, "host": run }
  --help            this text`;

export interface Options {
  readonly texts: readonly string[];
  readonly host: boolean;
  readonly writeDocs: boolean;
  readonly ifAvailable: boolean;
  readonly timeLimitMs: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the arguments. @throws Error with one sentence when one makes no sense */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      host: { type: "boolean", default: false },
      "write-docs": { type: "boolean", default: false },
      "if-available": { type: "boolean", default: false },
      "time-limit": { type: "string", default: "20" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const minutes = Number(values["time-limit"]);
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new Error(`--time-limit: got ${values["time-limit"]}, expected minutes, at most 1440`);
  }
  if (values["write-docs"] && positionals.length > 0) {
    throw new Error("--write-docs: got only some of the files, expected all: leave out TEXT");
  }
  return {
    texts: positionals,
    host: values.host || values["write-docs"],
    writeDocs: values["write-docs"],
    ifAvailable: values["if-available"],
    timeLimitMs: minutes * 60_000,
    json: values.json,
    help: values.help,
  };
}
