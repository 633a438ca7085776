import { g1Neg } from "../algebra/g1.js";
import { G2_GENERATOR, pairingProductIsOne } from "../algebra/pairing.js";
import { G1_BYTES } from "../algebra/montgomery.js";
import { InputError } from "../errors/errors.js";
import type { Backend } from "../kernels/backend.js";
import type { Srs } from "../argument/kzg/srs.js";

/**
 * Checks that the powers are those of the SRS's τ: `e(Σ r_i [τ^(i+1)], [1]_2) = e(Σ r_i [τ^i], [τ]_2)` for random 31-bit
 * `r_i`. An SRS's id covers its first points only; with a damaged power every id would come out wrong, and a certified
 * model would seem to be none. Throws `InputError`.
 */
export async function assertPowers(srs: Srs, backend: Backend, name: string): Promise<void> {
  const scalars = new Int32Array(srs.size - 1);
  // The browser gives at most 65,536 bytes of randomness at a time.
  for (let at = 0; at < scalars.length; at += 2 ** 14) crypto.getRandomValues(scalars.subarray(at, at + 2 ** 14));
  scalars.forEach((value, i) => {
    scalars[i] = value >>> 1;
  });
  const lower = await backend.msm(srs.powers, scalars);
  const upper = await backend.msm(srs.powers.slice(G1_BYTES), scalars);
  const agrees = pairingProductIsOne([
    [upper, G2_GENERATOR],
    [g1Neg(lower), srs.tau2],
  ]);
  if (!agrees) {
    throw new InputError(`${name}: is damaged: its powers are not those of one secret`, {
      remedy: "Fetch the file again and compare its digest with the one that its publisher names.",
    });
  }
}
