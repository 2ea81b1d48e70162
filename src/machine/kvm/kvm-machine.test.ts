// kvm-machine.test.ts: the machine's cases on /dev/kvm.
import { noKvm } from "../../../test/support/no-machine.js";
import { constantsCases } from "../constants.cases.js";
import { fpuStateCases } from "../fpu-state.cases.js";
import { hostileCases } from "../hostile.cases.js";
import { machineCases } from "../machine.cases.js";
import { machineStateCases } from "../machine-state.cases.js";
import { KvmHost } from "./host.js";

machineCases("kvm", () => KvmHost.open(), noKvm());
machineStateCases("kvm", () => KvmHost.open(), noKvm());
fpuStateCases("kvm", () => KvmHost.open(), noKvm());
hostileCases("kvm", () => KvmHost.open(), noKvm());
constantsCases("kvm", () => KvmHost.open(), noKvm());
