import { publicValues, type SegmentStatement } from "../drift/statement.js";
import { hashToFr, keccakWords } from "../encoding/keccak.js";
import type { Fr } from "../field/fr.js";
import { evaluate } from "../poly/univariate.js";
import type { VerifiedSegment } from "../segment/verify.js";

/** The Groth16 wrapper's public signals, in the order of the verifying key (PROTOCOL 8). */
export interface WrapperSignals {
  /** State of the public fork after `(θ, ψ, z, y)`. */
  readonly h: Fr;
  /** `keccak256(values, h) mod p`: drawn after `h` has fixed the circuit's copy of the values. */
  readonly eta: Fr;
  /** `Σ_i values_i eta^i`. */
  readonly v: Fr;
}

/** What the registry computes from the statement and the claim it was given, and the wrapper must agree with. */
export function wrapperSignals(statement: SegmentStatement, segment: VerifiedSegment): WrapperSignals {
  const values = publicValues(statement, segment.claim);
  const eta = hashToFr(keccakWords([...values, segment.h]));
  return { h: segment.h, eta, v: evaluate(values, eta) };
}
