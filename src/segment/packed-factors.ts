import { sharedInt32 } from "../kernels/shared-array.js";
import type { Tier } from "../protocol/tiers.js";
import type { RulePlace, SegmentLayout } from "./statement.js";
import { type Factors } from "../factors/factors.js";

/** `P_A` and `P_B`: `2^ell` integers, row = factor slot, column = position in the panel. */
export interface PackedFactors {
  readonly factorA: Int32Array;
  readonly factorB: Int32Array;
}

/** Puts factors into the rows of `P_A` and `P_B` (PROTOCOL 5). */
export function packFactors(
  tier: Tier,
  places: readonly RulePlace[],
  layout: SegmentLayout,
  factors: readonly (Factors | undefined)[],
): PackedFactors {
  const { n, maxRank } = tier;
  const factorA = sharedInt32(tier.tileSize);
  const factorB = sharedInt32(tier.tileSize);
  places.forEach((place, g) => {
    const { a = [], b = [] } = factors[g] ?? {};
    if (place.rank > 0 && (a.length !== place.rowPanels || b.length !== place.colPanels)) {
      throw new RangeError(
        `packFactors: place ${g} needs ${place.rowPanels} and ${place.colPanels} panels, got ${a.length} and ${b.length}`,
      );
    }
    for (let k = 0; k < place.rank; k++) {
      a.forEach((panel, i) => {
        const row = ((layout.rowOrigins[g] ?? 0) + i) * maxRank + k;
        for (let u = 0; u < n; u++) factorA[row * n + u] = panel[u * place.rank + k] ?? 0;
      });
      b.forEach((panel, j) => {
        const row = ((layout.colOrigins[g] ?? 0) + j) * maxRank + k;
        for (let v = 0; v < n; v++) factorB[row * n + v] = panel[k * n + v] ?? 0;
      });
    }
  });
  return { factorA, factorB };
}
