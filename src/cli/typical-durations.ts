import type { Tier, TierName } from "../protocol/tiers.js";

/**
 * Seconds that phases take which cannot tell how far they are, on two cores. From these a time left is guessed; large
 * is scaled up from the other tiers' constraints.
 */
const TYPICAL_SECONDS: Readonly<Record<string, Readonly<Record<TierName, number>>>> = {
  "compile circuit": { nano: 15, small: 25, medium: 40, large: 480 },
  wrapping: { nano: 3, small: 5, medium: 8, large: 30 },
};

/** How long a phase usually takes at a tier. A label such as `segment 0 (3 in all): ` before the phase does not matter. */
export function typicalSeconds(phase: string, tier: TierName): number | undefined {
  return TYPICAL_SECONDS[phase.slice(phase.lastIndexOf(": ") + 1).trim()]?.[tier];
}

/** Seconds of one thread for an entry of a changed tile: reading it, checking its commitments, the segment proof. */
const SECONDS_PER_ENTRY = 6e-7;

/** Seconds of one thread for an entry of one tile, however many changed: the segment's own commitments and its opening. */
const SEGMENT_SECONDS_PER_ENTRY = 15e-6;

/** About how long a segment of so many changed tiles takes on that many threads. Only a guess: machines differ. */
export function typicalSegmentSeconds(tier: Tier, tiles: number, jobs: number): number {
  const wrapping = TYPICAL_SECONDS["wrapping"]?.[tier.name] ?? 0;
  return (tier.tileSize * (SECONDS_PER_ENTRY * tiles + SEGMENT_SECONDS_PER_ENTRY)) / jobs + wrapping;
}
