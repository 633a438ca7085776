import { FR_ZERO, frMul, frPow, type Fr } from "../algebra/fr.js";
import type { SegmentLayout, SegmentStatement } from "./statement.js";

/** Weights of the factor slots in the opening reduction: `n` Fr each, by row of the factor polynomial. */
export interface FactorWeights {
  readonly omegaA: readonly Fr[];
  readonly omegaB: readonly Fr[];
}

/** Powers of `χ` that belong to the claims `sa_gk` and `sc_gk` (PROTOCOL 7.7). */
export function factorClaimExponents(maxRank: number, g: number, k: number): { a: number; b: number } {
  const index = 2 * (g * maxRank + k);
  return { a: 3 + index, b: 4 + index };
}

/**
 * `ω_A(slotA(g,i,k)) = χ^(3+2(gR+k)) θ^(J_g i)` and `ω_B(slotB(g,j,k)) = χ^(4+2(gR+k)) θ^j` for `k < rank_g`,
 * `i < I_g`, `j < J_g`, and 0 elsewhere. That zeros lie outside is what enforces the rank.
 */
export function factorWeights(statement: SegmentStatement, layout: SegmentLayout, theta: Fr, chi: Fr): FactorWeights {
  const { tier, places } = statement;
  const omegaA = new Array<Fr>(tier.n).fill(FR_ZERO);
  const omegaB = new Array<Fr>(tier.n).fill(FR_ZERO);
  places.forEach((place, g) => {
    for (let k = 0; k < place.rank; k++) {
      const exponents = factorClaimExponents(tier.maxRank, g, k);
      const chiA = frPow(chi, exponents.a);
      const chiB = frPow(chi, exponents.b);
      for (let i = 0; i < place.rowPanels; i++) {
        const slot = ((layout.rowOrigins[g] ?? 0) + i) * tier.maxRank + k;
        omegaA[slot] = frMul(chiA, frPow(theta, place.colPanels * i));
      }
      for (let j = 0; j < place.colPanels; j++) {
        const slot = ((layout.colOrigins[g] ?? 0) + j) * tier.maxRank + k;
        omegaB[slot] = frMul(chiB, frPow(theta, j));
      }
    }
  });
  return { omegaA, omegaB };
}
