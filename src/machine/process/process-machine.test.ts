// process-machine.test.ts: the machine's cases in a sandboxed process.
import { hostileCases } from "../hostile.cases.js";
import { machineCases } from "../machine.cases.js";
import { machineStateCases } from "../machine-state.cases.js";
import { ProcessHost } from "./host.js";

machineCases("process", ProcessHost.open, whyNotProcess());
machineStateCases("process", ProcessHost.open, whyNotProcess());
hostileCases("process", ProcessHost.open, whyNotProcess());

function whyNotProcess(): string | false {
  try {
    ProcessHost.open().close();
    return false;
  } catch (error) {
    return `no process machine: ${(error as Error).message}`;
  }
}
