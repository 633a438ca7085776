import { publicValues, type OpeningClaim, type SegmentStatement } from "./statement.js";
import { hashToFr, keccakWords } from "../algebra/keccak.js";
import type { Fr } from "../algebra/fr.js";
import { evaluate } from "../algebra/univariate.js";

/** Public signals of the wrapper circuit, in its order (PROTOCOL 8). */
export interface PublicSignals {
  /** State of the transcript's public fork. */
  readonly h: Fr;
  /** `keccak256(values, h) mod p`. */
  readonly eta: Fr;
  /** `Σ values_i η^i`. */
  readonly v: Fr;
}

/** The signals that bind a wrapped proof to the statement and to the opening claim. */
export function publicSignals(statement: SegmentStatement, claim: OpeningClaim, h: Fr): PublicSignals {
  const values = publicValues(statement, claim);
  const eta = hashToFr(keccakWords([...values, h]));
  return { h, eta, v: evaluate(values, eta) };
}
