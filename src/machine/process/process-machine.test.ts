// process-machine.test.ts: the machine's cases in a sandboxed process.
import { noProcessMachine } from "../../../test/support/no-machine.js";
import { constantsCases } from "../constants.cases.js";
import { hostileCases } from "../hostile.cases.js";
import { machineCases } from "../machine.cases.js";
import { machineStateCases } from "../machine-state.cases.js";
import { ProcessHost } from "./host.js";

machineCases("process", ProcessHost.open, noProcessMachine());
machineStateCases("process", ProcessHost.open, noProcessMachine());
hostileCases("process", ProcessHost.open, noProcessMachine());
constantsCases("process", ProcessHost.open, noProcessMachine());
