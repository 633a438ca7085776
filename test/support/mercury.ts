import { g1Add, g1Mul, type G1 } from "../../src/algebra/g1.js";
import type { Fr } from "../../src/algebra/fr.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { openMercury, type MercuryOpening } from "../../src/argument/mercury/open.js";
import type { MercuryProof } from "../../src/argument/mercury/proof.js";

/** `Σ_i coefficients[i]·[τ^i]_1` of coefficients at hand. */
export type CommitCoefficients = (coefficients: readonly Fr[]) => Promise<G1>;

/** A hiding commitment: `Σ_i coefficients[i]·[τ^i]_1 + blinding·H`. */
export async function commitHiding(
  commit: CommitCoefficients,
  coefficients: readonly Fr[],
  blinding: Fr,
  blindingBase: G1,
): Promise<G1> {
  return g1Add(await commit(coefficients), g1Mul(blindingBase, blinding));
}

/** `openMercury` with the reference backend, for coefficients at hand. */
export async function openCoefficients(
  { coefficients, ...opening }: Omit<MercuryOpening, "combined"> & { readonly coefficients: readonly Fr[] },
  commit: CommitCoefficients,
): Promise<MercuryProof> {
  const combined = await referenceBackend.fromFr(coefficients);
  return openMercury({ ...opening, combined }, referenceBackend, async (vector) =>
    commit(await referenceBackend.toFr(vector)),
  );
}
