import type { G1 } from "../../algebra/g1.js";
import type { Fr } from "../../algebra/fr.js";

/** The points of an opening proof, in the order in which they are sent. */
export const MERCURY_POINTS = ["h", "q", "g", "s", "d", "quotient", "w", "wPrime"] as const;

/** The scalars of an opening proof: six evaluations and the revealed blinding. */
export const MERCURY_SCALARS = ["gZeta", "gZetaInv", "hZeta", "hZetaInv", "hAlpha", "sZeta", "blinding"] as const;

/**
 * A Mercury opening (ePrint 2025/385) of `f`, of `2^ell` coefficients, at a multilinear point; `b = 2^(ell/2)`.
 * The letters are the paper's, but for `quotient`, which it calls `H`.
 */
export interface MercuryProof extends Readonly<Record<(typeof MERCURY_POINTS)[number], G1>> {
  /** `h_i = Σ_j f_(ib+j) eq(j, z_lo)`. */
  readonly h: G1;
  /** Quotient of `f` by `X^b - α`. */
  readonly q: G1;
  /** Remainder of `f` by `X^b - α`, of degree below `b`. */
  readonly g: G1;
  /** Positive half of the symmetric product identity. */
  readonly s: G1;
  /** `X^(b-1) g(1/X)`: exists only if the degree of `g` is below `b`. */
  readonly d: G1;
  /** `(f - (ζ^b - α) q - g(ζ)) / (X - ζ)`. */
  readonly quotient: G1;
  /** First message of the batched KZG opening of `g, h, s, d`. */
  readonly w: G1;
  /** Second message of the batched KZG opening. */
  readonly wPrime: G1;
  readonly gZeta: Fr;
  readonly gZetaInv: Fr;
  readonly hZeta: Fr;
  readonly hZetaInv: Fr;
  readonly hAlpha: Fr;
  readonly sZeta: Fr;
  /** `ρ*`, the blinding of the opened commitment. Revealed: the opened polynomial is masked (PROTOCOL 7.8). */
  readonly blinding: Fr;
}
