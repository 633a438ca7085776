import { publicValues, type OpeningClaim, type SegmentStatement } from "../drift/statement.js";
import { hashToFr, keccakWords } from "../encoding/keccak.js";
import type { Fr } from "../field/fr.js";
import { evaluate } from "../poly/univariate.js";

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
