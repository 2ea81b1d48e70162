// kvm-machine.test.ts: the machine's cases on /dev/kvm.
import { accessSync, constants } from "node:fs";
import { hostileCases } from "../hostile.cases.js";
import { machineCases } from "../machine.cases.js";
import { machineStateCases } from "../machine-state.cases.js";
import { KvmHost } from "./host.js";

machineCases("kvm", KvmHost.open, whyNotKvm());
machineStateCases("kvm", KvmHost.open, whyNotKvm());
hostileCases("kvm", KvmHost.open, whyNotKvm());

function whyNotKvm(): string | false {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return false;
  } catch {
    return "no access to /dev/kvm";
  }
}
