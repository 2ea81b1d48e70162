// worker-log.ts: what a worker writes to its standard output: requests, and for people the life of its VMs. The supervisor passes it on.
import { writeSync } from "node:fs";
import { pino } from "pino";
import type { FunctionObserver } from "../../function/observer.js";
import { humanLog, paintStatus } from "../human-log.js";
import { jsonLog } from "../json-log.js";
import { type Line, LogWriter } from "../log-writer.js";
import type { OnRequest } from "../request-record.js";
import { withVmLog } from "../vm-log.js";
import type { LogStyle } from "./worker-config.js";

export interface WorkerLog {
  readonly request: OnRequest;
  /** A function's observer that logs, too, what is worth a line. */
  observer(name: string, observer: FunctionObserver): FunctionObserver;
  error(error: unknown): void;
  /** Resolves when all is written: a process that ends before loses the rest. */
  flushed(): Promise<void>;
}

/** @param worker its number, of which its VMs have their names */
export function openWorkerLog({ json, colors }: LogStyle, worker: number): WorkerLog {
  const out = new LogWriter(1, (error) => writeSync(2, `mayfly: write log: ${error.message}\n`));
  const flushed = (): Promise<void> => out.flushed();
  if (json) {
    const base = { worker };
    const logger = pino({ base, timestamp: pino.stdTimeFunctions.isoTime }, out);
    return {
      request: jsonLog((line) => out.write(line), base),
      observer: (_, observer) => observer,
      error: (error) => logger.error({ error: String(error) }, "error"),
      flushed,
    };
  }
  const print = (lines: Line): void => out.write(lines);
  return {
    request: humanLog(print, { worker, paint: paintStatus(colors) }),
    observer: (name, observer) => withVmLog(observer, { name, worker, print }),
    error: (error) => print(`error: ${String(error)}\n`),
    flushed,
  };
}
