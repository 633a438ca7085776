import { g1Add, g1Mul, type G1 } from "../algebra/g1.js";
import { InputError } from "../errors/errors.js";
import type { Fr } from "../algebra/fr.js";
import type { Backend, FrVector, IntVector } from "../kernels/backend.js";
import type { Srs } from "../argument/kzg/srs.js";

/** `C = Σ_x entry_x [τ^x]_1 + ρ·H`. Throws `InputError` if the SRS has fewer powers. */
export async function commitVector(
  srs: Srs,
  backend: Backend,
  entries: IntVector | FrVector,
  blinding: Fr,
): Promise<G1> {
  if (entries.length > srs.size) {
    throw new InputError(`the SRS has ${srs.size} powers, a tile needs ${entries.length}`, {
      remedy: "Use the setup of the model's tier.",
    });
  }
  const commitment = await backend.msm(srs.powers, entries);
  return blinding === 0n ? commitment : g1Add(commitment, g1Mul(srs.blindingBase, blinding));
}
