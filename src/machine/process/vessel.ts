// vessel.ts: starts the process that a guest runs in, up to the stop in which it has given up everything but guest memory.
import { constants } from "node:os";
import { MayflyError } from "../../errors.js";
import { readUserRegs, resume, setOptions, UserRegs } from "../../linux/ptrace.js";
import { spawn } from "../../linux/spawn.js";
import { type ChildStatus, kill, wait } from "../../linux/wait.js";
import type { AddressSpace, Permissions, Region } from "../address-space.js";
import {
  VESSEL_MAX_REGIONS,
  VESSEL_MEMORY_FD,
  VESSEL_PLAN_BYTES,
  VESSEL_STEPS,
  VesselPlan,
  VesselRegion,
} from "./plan.js";
import type { SharedMemory } from "./shared-memory.js";

// include/uapi/asm-generic/mman-common.h
const PROTECTIONS: Readonly<Record<Permissions, bigint>> = { r: 1n, rw: 3n, rx: 5n };
const SIGTRAP = 5;
const SIGPROF = 27;

/** A process that is ready for its guest. */
export interface Vessel {
  readonly pid: number;
  /** Those that it does not share with the monitor: CLONE_NEW… flags (include/uapi/linux/sched.h). */
  readonly namespaces: bigint;
}

/**
 * Starts a vessel on a memory that is all zeros, and leaves it so. It stands in its last stop: the guest's first registers can be set.
 *
 * @throws MayflyError MACHINE_UNAVAILABLE naming the step that the host refused
 */
export function startVessel(path: string, memory: SharedMemory, space: AddressSpace): Vessel {
  const handOver = writePlan(memory.plan, space);
  const starter = wait(spawn(path, memory.descriptor.fd, VESSEL_MEMORY_FD));
  const { pid, namespaces } = VesselPlan.read(memory.plan);
  if (starter.exitStatus !== 0 || pid === 0) throw refused(memory.plan, starter);
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
  memory.guest.fill(0, handOver, handOver + VESSEL_PLAN_BYTES);
  memory.plan.fill(0);
  return { pid, namespaces };
}

/** Returns the page for the vessel's last instructions. */
function writePlan(plan: Uint8Array, space: AddressSpace): number {
  const text = space.regions.find(({ permissions }) => permissions === "rx");
  if (text === undefined || space.regions.length > VESSEL_MAX_REGIONS)
    throw new MayflyError(
      "MEMORY_INVALID",
      `guest memory: got ${space.regions.length} regions, expected 1 to ${VESSEL_MAX_REGIONS} of which one holds text`,
    );
  VesselPlan.write(plan, {
    memory_bytes: BigInt(space.memoryBytes),
    hand_over: BigInt(text.start),
    region_count: space.regions.length,
  });
  space.regions.forEach((region: Region, i) => {
    VesselRegion.write(
      plan,
      {
        start: BigInt(region.start),
        end: BigInt(region.end),
        protection: PROTECTIONS[region.permissions],
      },
      VesselPlan.size + i * VesselRegion.size,
    );
  });
  return text.start;
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
  const name =
    Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
  const mend =
    name === "EPERM"
      ? "allow ptrace: sysctl kernel.yama.ptrace_scope=1, or the container option --cap-add=SYS_PTRACE"
      : name === "ENOSYS"
        ? "use Linux 5.9 or later, with seccomp filters"
        : "run mayfly doctor";
  return new MayflyError("MACHINE_UNAVAILABLE", `the guest's process could not ${what}: ${name}`, { mend });
}
