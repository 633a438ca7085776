import { g1Add, g1Mul, type G1 } from "../curve/g1.js";
import type { Fr } from "../field/fr.js";

/**
 * The seam to the multi-scalar multiplication: `Σ_i coefficients[i]·[τ^i]_1` for coefficients constant first,
 * at most as many as the SRS has powers. No blinding.
 */
export type CommitField = (coefficients: readonly Fr[]) => Promise<G1>;

/** A hiding commitment: `Σ_i coefficients[i]·[τ^i]_1 + blinding·H`. */
export async function commitHiding(
  commit: CommitField,
  coefficients: readonly Fr[],
  blinding: Fr,
  blindingBase: G1,
): Promise<G1> {
  return g1Add(await commit(coefficients), g1Mul(blindingBase, blinding));
}
