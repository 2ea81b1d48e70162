// vessel-layout.ts: where each guest page of a vessel lies: in the machine's own memory, or among what all machines of an image share. Pure.
import { MayflyError } from "../../errors.js";
import { type AddressSpace, PAGE_SIZE, type Region } from "../address-space.js";
import { VESSEL_MAX_REGIONS } from "./plan.js";

/** A region, or a part of one. */
export interface VesselPart extends Region {
  /** In sealed memory, the same for all. */
  readonly isConstant: boolean;
}

/** With a view of what it holds. */
export interface PlacedPart extends VesselPart {
  readonly bytes: Uint8Array;
}

export interface VesselLayout {
  /** Ascending. */
  readonly parts: readonly VesselPart[];
  /** A page of text in the machine's own memory: the vessel's last instructions run there, before the guest's. */
  readonly handOver: number;
}

/** @throws MayflyError MEMORY_INVALID when there is no text, or too many regions */
export function vesselLayout({ regions, constants = [] }: AddressSpace): VesselLayout {
  const handOver = regions.find(({ permissions }) => permissions === "rx")?.start;
  const parts = regions.flatMap((region): VesselPart[] => {
    const isConstant = constants.some(({ start }) => start === region.start);
    if (!isConstant || region.start !== handOver) return [{ ...region, isConstant }];
    const own = { ...region, end: handOver + PAGE_SIZE, isConstant: false };
    const rest = { ...region, start: own.end, isConstant };
    return rest.start < rest.end ? [own, rest] : [own];
  });
  if (handOver === undefined || parts.length > VESSEL_MAX_REGIONS)
    throw new MayflyError(
      "MEMORY_INVALID",
      `guest memory: got ${parts.length} regions, expected 1 to ${VESSEL_MAX_REGIONS} of which one holds text`,
    );
  return { parts, handOver };
}

/**
 * @param own the machine's memory, by guest address
 * @param constants what all machines share, likewise; undefined when no part is there
 */
export function placeParts(
  { parts }: VesselLayout,
  own: Uint8Array,
  constants: Uint8Array | undefined,
): PlacedPart[] {
  return parts.map((part) => ({
    ...part,
    bytes: (part.isConstant ? constants! : own).subarray(part.start, part.end),
  }));
}
