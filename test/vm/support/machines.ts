// machines.ts: the machines that whole-VM tests run on, each with the reason why it cannot be had here.
import { type TestContext, test } from "node:test";
import { Monitor } from "../../../src/index.js";
import { isSlowHost } from "../../support/emulation.js";
import { noKvm, noProcessMachine } from "../../support/no-machine.js";

export { isSlowHost };

export interface MachineUnderTest {
  readonly kind: "kvm" | "process";
  /** Why its tests are skipped, or false. */
  readonly skip: string | false;
  open(): Monitor;
}

export const machines: readonly MachineUnderTest[] = [
  { kind: "kvm", skip: unwanted("kvm") || noKvm(), open: () => Monitor.open({ machine: "kvm" }) },
  {
    kind: "process",
    skip: unwanted("process") || noProcessMachine(),
    open: () => Monitor.open({ machine: "process" }),
  },
];

/** A test that hangs is a test that failed, ms. */
const LONGEST_MS = isSlowHost ? 600_000 : 60_000;

/** One test for each machine, with a monitor of its own that must not have VMs left when the test is over. */
export function machineTest(
  name: string,
  body: (monitor: Monitor, context: TestContext) => Promise<void>,
): void {
  for (const machine of machines) {
    test(`${machine.kind}: ${name}`, { skip: machine.skip, timeout: LONGEST_MS }, async (context) => {
      await using monitor = machine.open();
      await body(monitor, context);
    });
  }
}

/** MAYFLY_TEST_MACHINES=kvm leaves the others out, where only KVM is in question: a list, with commas. */
function unwanted(kind: string): string | false {
  const wanted = process.env.MAYFLY_TEST_MACHINES;
  return (
    wanted !== undefined &&
    !wanted.split(",").includes(kind) &&
    `MAYFLY_TEST_MACHINES asks for ${wanted} alone`
  );
}
