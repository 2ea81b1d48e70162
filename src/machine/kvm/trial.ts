// trial.ts: guests of a few instructions, to learn how this KVM and this CPU do what every guest needs.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_WALLTIME } from "../../abi/hypercalls.js";
import { threadPageFaults } from "../../linux/page-faults.js";
import { type AddressSpace, PAGE_SIZE } from "../address-space.js";
import type { Exit, Machine, MachineHost } from "../machine.js";

const CODE = 0x100000;
const STATE = CODE + PAGE_SIZE;
const STATE_PAGES = 16;
const OUT = 0xef;
const INVALID_OPCODE = 6;
const PORT = HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME;
/** An emulated CPU may be slow; a real one answers in microseconds. */
const PATIENCE_MS = 5000;

/** Whether a guest at CPL 3 can execute `out %eax, (%dx)` with a hypercall's port in dx. */
export function reachesTheMonitor(host: MachineHost): boolean {
  return tries(host, [OUT], (run) => isHypercall(run()));
}

/** Whether each page that a guest is the first to touch is a page fault of the thread that runs it. */
export function countsGuestFaults(host: MachineHost): boolean {
  // mov %eax, page(%rsi)
  const touch = Array.from({ length: STATE_PAGES }, (_, page) => {
    const offset = page * PAGE_SIZE;
    return [0x89, 0x86, 0, (offset >> 8) & 0xff, offset >> 16, 0];
  }).flat();
  return tries(host, [OUT, ...touch, OUT, ...touch, OUT], (run) => {
    const faults = (): number => {
      const before = threadPageFaults();
      return isHypercall(run()) ? threadPageFaults() - before : Number.NaN;
    };
    // All that the code itself needs is there behind the first run. The thread may have faults of its own at any time: the third run, which
    // finds all pages there, tells how many.
    const [, first, second] = [faults(), faults(), faults()];
    return first >= STATE_PAGES && second < STATE_PAGES / 4;
  });
}

/**
 * Whether a guest has more than x87 and SSE: then it has XRSTOR, too. Without CR4.OSXSAVE it has neither on hardware (Intel SDM vol. 1,
 * section 13.2); a software KVM executes the host's.
 *
 * @throws Error when the instruction does something else
 */
export function hasExtendedState(host: MachineHost): boolean {
  // xrstor64 (%rsi), where zeros are: the initial state.
  return tries(host, [0x48, 0x0f, 0xae, 0x2e, OUT], (run) => {
    const exit = run();
    if (isHypercall(exit)) return true;
    if (exit.kind === "exception" && exit.vector === INVALID_OPCODE) return false;
    throw new Error(`xrstor: got exit ${JSON.stringify(exit)}, expected it to be executed or undefined`);
  });
}

/** @param judge runs it, to an exit each time */
function tries<T>(host: MachineHost, code: readonly number[], judge: (run: () => Exit) => T): T {
  // A new object for every trial: a host keeps what it computed for a space.
  const space: AddressSpace = {
    memoryBytes: STATE + STATE_PAGES * PAGE_SIZE,
    regions: [
      { start: CODE, end: CODE + PAGE_SIZE, permissions: "rx" },
      { start: STATE, end: STATE + STATE_PAGES * PAGE_SIZE, permissions: "rw" },
    ],
  };
  const machine = host.create(space);
  try {
    machine.trackPages();
    machine.memory.bytes.set(code, CODE);
    const registers = machine.readRegisters();
    const [rip, rdx, rsi] = [CODE, PORT, STATE].map(BigInt) as [bigint, bigint, bigint];
    machine.writeRegisters({ ...registers, rip, rdx, rsi, rflags: 2n });
    return judge(() => runToExit(machine));
  } finally {
    // The kernel may take its time; nothing waits for it.
    void machine.close();
  }
}

function runToExit(machine: Machine): Exit {
  const deadline = performance.now() + PATIENCE_MS;
  let exit = machine.run(deadline);
  // A signal of somebody else's (a profiler's, a child's end) says nothing about the machine.
  while (exit.kind === "interrupted" && performance.now() < deadline) exit = machine.run(deadline);
  return exit;
}

function isHypercall(exit: Exit): boolean {
  return exit.kind === "hypercall" && exit.port === PORT;
}
