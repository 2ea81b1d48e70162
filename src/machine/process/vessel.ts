// vessel.ts: starts the process that a guest runs in, up to the stop in which it has given up everything but guest memory.
import { MayflyError } from "../../errors.js";
import { readUserRegs, resume, setOptions, UserRegs } from "../../linux/ptrace.js";
import { type ChildStatus, kill, wait } from "../../linux/wait.js";
import { PAGE_SIZE, type Permissions } from "../address-space.js";
import type { KeptConstants } from "./constants.js";
import { type Cloned, errnoName, type Nursery } from "./nursery.js";
import { VESSEL_STEPS, VesselPlan, VesselRegion } from "./plan.js";
import type { SharedMemory } from "./shared-memory.js";
import type { VesselLayout } from "./vessel-layout.js";

// include/uapi/asm-generic/mman-common.h
const PROTECTIONS: Readonly<Record<Permissions, number>> = { r: 1, rw: 3, rx: 5 };
const SIGTRAP = 5;
const SIGPROF = 27;

/**
 * Starts a vessel on a memory that is all zeros, and leaves it so. It stands in its last stop: the guest's first registers can be set.
 *
 * @throws MayflyError MACHINE_UNAVAILABLE naming the step that the host refused
 */
export function startVessel(
  nursery: Nursery,
  layout: VesselLayout,
  memory: SharedMemory,
  constants: KeptConstants | undefined,
): Cloned {
  writePlan(memory.plan, memory.guestBytes, layout);
  const vessel = nursery.clone(memory.descriptor, constants?.descriptor);
  const { pid } = vessel;
  const stop = waitForHandOver(pid);
  if (stop.stopSignal === undefined) throw refused(memory.plan, stop);
  try {
    if (stop.stopSignal !== SIGTRAP) throw refused(memory.plan, stop);
    checkHandOver(pid);
    setOptions(pid);
  } catch (error) {
    kill(pid);
    wait(pid);
    throw error;
  }
  memory.guest.fill(0, layout.handOver, layout.handOver + PAGE_SIZE);
  memory.plan.fill(0);
  return vessel;
}

function writePlan(plan: Uint8Array, memoryBytes: number, { parts, handOver }: VesselLayout): void {
  VesselPlan.write(plan, {
    memory_bytes: BigInt(memoryBytes),
    hand_over: BigInt(handOver),
    region_count: parts.length,
  });
  parts.forEach(({ start, end, permissions, isConstant }, i) => {
    VesselRegion.write(
      plan,
      {
        start: BigInt(start),
        end: BigInt(end),
        protection: PROTECTIONS[permissions],
        is_constant: isConstant ? 1 : 0,
      },
      VesselPlan.size + i * VesselRegion.size,
    );
  });
}

/** Its ticks start before it is done; on a slow host one may come. */
function waitForHandOver(pid: number): ChildStatus {
  for (;;) {
    const status = wait(pid);
    if (status.stopSignal !== SIGPROF) return status;
    resume(pid);
  }
}

/** The vessel cannot speak any more; what its last calls returned is in rax. */
function checkHandOver(pid: number): void {
  const registers = new Uint8Array(UserRegs.size);
  readUserRegs(pid, registers);
  const { rax } = UserRegs.read(registers);
  if (rax !== 0n) throw unavailable("lock itself in (seccomp)", Number(-BigInt.asIntN(64, rax)));
}

function refused(plan: Uint8Array, { exitStatus, killSignal, stopSignal }: ChildStatus): MayflyError {
  const { step, error } = VesselPlan.read(plan);
  if (step !== 0) return unavailable(VESSEL_STEPS[step] ?? `do step ${step}`, error);
  const signal = killSignal ?? stopSignal;
  const how = signal === undefined ? `exited with status ${exitStatus}` : `got signal ${signal}`;
  return new MayflyError("MACHINE_UNAVAILABLE", `the guest's process could not start: it ${how}`, {
    mend: "run mayfly doctor",
  });
}

function unavailable(what: string, errno: number): MayflyError {
  const name = errnoName(errno);
  const mend =
    name === "EPERM"
      ? "allow ptrace: sysctl kernel.yama.ptrace_scope=1, or the container option --cap-add=SYS_PTRACE"
      : name === "ENOSYS"
        ? "use Linux 5.9 or later, with seccomp filters"
        : "run mayfly doctor";
  return new MayflyError("MACHINE_UNAVAILABLE", `the guest's process could not ${what}: ${name}`, { mend });
}
