// trial.ts: a guest of one instruction, to learn whether this KVM and this CPU do what every guest needs.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_WALLTIME } from "../../abi/hypercalls.js";
import { type AddressSpace, PAGE_SIZE } from "../address-space.js";
import type { MachineHost } from "../machine.js";

const CODE = 0x100000;
const PORT = HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME;
/** An emulated CPU may be slow; a real one answers in microseconds. */
const PATIENCE_MS = 5000;

/** Whether a guest at CPL 3 can execute `out %eax, (%dx)` with a hypercall's port in dx. */
export function reachesTheMonitor(host: MachineHost): boolean {
  // A new object for every trial: a host keeps what it computed for a space.
  const space: AddressSpace = {
    memoryBytes: CODE + PAGE_SIZE,
    regions: [{ start: CODE, end: CODE + PAGE_SIZE, permissions: "rx" }],
  };
  const machine = host.create(space);
  try {
    machine.memory.bytes.set([0xef], CODE);
    const registers = machine.readRegisters();
    machine.writeRegisters({ ...registers, rip: BigInt(CODE), rdx: BigInt(PORT), rflags: 2n });
    const deadline = performance.now() + PATIENCE_MS;
    let exit = machine.run(deadline);
    // A signal of somebody else's (a profiler's, a child's end) says nothing about the machine.
    while (exit.kind === "interrupted" && performance.now() < deadline) exit = machine.run(deadline);
    return exit.kind === "hypercall" && exit.port === PORT;
  } finally {
    // The kernel may take its time; nothing waits for it.
    void machine.close();
  }
}
