import { NO_PLACE, slotBitmaps, type SegmentStatement } from "./statement.js";
import { toFr } from "../algebra/fr.js";
import type { SegmentProof } from "./proof.js";
import type { PublicSignals } from "./public-signals.js";

/**
 * Inputs of `circuits/lib/segment-verifier.circom` by signal name; decimal strings, so that it is JSON and
 * what snarkjs expects. Secret: everything from `salt` on is the witness.
 */
export type CircuitInput = {
  h: string;
  eta: string;
  v: string;
  d1: string;
  /** `tileCount, I, J, rank, shift` of the `maxRankRules` places that can hold a rank rule. */
  rankPlaces: string[][];
  /** `maxResidualSq, maxNonzeros` of `maxRules` places: the segment's shares. */
  bounds: string[][];
  /** Used slots, place starts, masked slots, row panel starts, column panel starts. */
  bitmaps: string[];
  /** Bit `T` of word `k` is bit `k` of `c_T`. */
  units: string[];
  salt: string;
  rangeRoot: string[];
  /** The rounds of all layers, layer after layer, `c_1 … c_4` each. */
  rangeRounds: string[][];
  rangeChildren: string[][];
  /** `s_g, k_g` for `maxRules` places. */
  sums: string[][];
  mainRounds: string[][];
  residuals: string[];
  masks: string[];
  factorA: string;
  factorB: string;
  multiplicity: string;
  sa: string[][];
  sc: string[][];
  openingRounds: string[][];
  /** `G~_1, P~_A, P~_B, M~` at `z`. */
  openingEvaluations: string[];
};

/**
 * The wrapper's input for a proof that `verifySegment` accepts. For any other proof the circuit has no witness.
 * The proof's shape is that of the statement's tier (`assertProofShape`).
 */
export function circuitInput(statement: SegmentStatement, proof: SegmentProof, signals: PublicSignals): CircuitInput {
  const { tier, places } = statement;
  const bitmaps = slotBitmaps(tier, places);
  const { evaluations, openingEvaluations: atZ } = proof;
  return {
    h: signals.h.toString(),
    eta: signals.eta.toString(),
    v: signals.v.toString(),
    d1: statement.d1.toString(),
    rankPlaces: Array.from({ length: tier.maxRankRules }, (_, g) => {
      const { tileCount, rowPanels, colPanels, rank, shift } = places[g] ?? NO_PLACE;
      return [tileCount, rowPanels, colPanels, rank, shift].map(String);
    }),
    bounds: Array.from({ length: tier.maxRules }, (_, g) => {
      const { maxResidualSq, maxNonzeros } = places[g] ?? NO_PLACE;
      return decimals([maxResidualSq, maxNonzeros]);
    }),
    bitmaps: decimals([bitmaps.used, bitmaps.starts, bitmaps.masks, bitmaps.rowPanelStarts, bitmaps.colPanelStarts]),
    units: decimals(bitmaps.units),
    salt: proof.salt.toString(),
    rangeRoot: decimals(proof.range.root),
    rangeRounds: proof.range.layers.flatMap((layer) => layer.rounds.map(decimals)),
    rangeChildren: proof.range.layers.map((layer) => decimals(layer.children)),
    sums: proof.sums.map(({ sumSquares, nonzeros }) => decimals([toFr(sumSquares), toFr(nonzeros)])),
    mainRounds: proof.main.map(decimals),
    residuals: decimals(evaluations.residuals),
    masks: decimals(evaluations.masks),
    factorA: evaluations.factorA.toString(),
    factorB: evaluations.factorB.toString(),
    multiplicity: evaluations.multiplicity.toString(),
    sa: proof.factorClaims.sa.map(decimals),
    sc: proof.factorClaims.sc.map(decimals),
    openingRounds: proof.opening.map(decimals),
    openingEvaluations: decimals([atZ.combined, atZ.factorA, atZ.factorB, atZ.blinding]),
  };
}

function decimals(values: readonly bigint[]): string[] {
  return values.map((value) => value.toString());
}
