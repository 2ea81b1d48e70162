// plan.ts: the page through which monitor and vessel agree (guest/vessel/plan.h has the same in C). Layouts only.
import { struct, u32, u64 } from "../../abi/struct.js";

/** The descriptors under which a vessel finds the memory, and what is the same in every machine of an image. */
export const VESSEL_MEMORY_FD = 3;
export const VESSEL_CONSTANTS_FD = 4;
export const VESSEL_PLAN_BYTES = 4096;
export const VESSEL_MAX_REGIONS = 168;
/** CPU time of a guest between two ticks, µs. */
export const VESSEL_TICK_US = 3000;

export const VesselRegion = struct(
  "vessel_region",
  {
    start: u64 /* guest address, and offset behind the descriptor */,
    end: u64,
    protection: u32 /* PROT_… */,
    descriptor: u32 /* VESSEL_…_FD */,
  },
  { size: 24 },
);

/** `regions` follow, VESSEL_MAX_REGIONS at most. Lies in the first page of the memory, which no guest may have. */
export const VesselPlan = struct(
  "vessel_plan",
  {
    memory_bytes: u64 /* in */,
    hand_over: u64 /* in, an executable guest page, all zeros */,
    region_count: u32 /* in */,
    pid: u32 /* out */,
    step: u32 /* out, VESSEL_STEP_… that failed */,
    error: u32 /* out, its errno */,
    namespaces: u64 /* out, CLONE_NEW… */,
  },
  { size: 40 },
);

/** What the vessel was doing, by VESSEL_STEP_…. */
export const VESSEL_STEPS: readonly string[] = [
  "start",
  "clone a process",
  "map guest memory",
  "place its last instructions",
  "give up its rights",
  "start its ticks",
  "be traced",
  "close its descriptors",
];
