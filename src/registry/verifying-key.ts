import type { G1, G2 } from "../algebra/g1.js";
import { keccakWords } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import { PROTOCOL_VERSION } from "../protocol/constants.js";
import type { Tier } from "../protocol/tiers.js";
import type { Groth16VerifyingKey } from "../groth16/groth16.js";
import { g2Words } from "./points.js";

const words1 = ({ x, y }: G1): bigint[] => [x, y];
const words2 = ({ x, y }: G2): bigint[] => [x.c0, x.c1, y.c0, y.c1];

/**
 * Names a verifying key as `Groth16Verifier.verifyingKeyHash` does: keccak256 of the words α1, β2, γ2, δ2, IC, in the order of
 * snarkjs's `verification_key.json`.
 */
export function verifyingKeyHash({ alpha1, beta2, gamma2, delta2, ic }: Groth16VerifyingKey): Hex {
  const words = [...words1(alpha1), ...words2(beta2), ...words2(gamma2), ...words2(delta2), ...ic.flatMap(words1)];
  return keccakWords(words);
}

/** Names a verifying key in a registry: `keccak256(abi.encode(protocolVersion, tierId, verifyingKeyHash))`. */
export function routeId(tier: Pick<Tier, "id">, key: Groth16VerifyingKey): Hex {
  return keccakWords([BigInt(PROTOCOL_VERSION), BigInt(tier.id), verifyingKeyHash(key)]);
}

/** The constructor's argument of `Groth16Verifier`. Throws `InputError` for a key of another circuit. */
export function verifyingKeyArgument(key: Groth16VerifyingKey): Readonly<Record<string, unknown>> {
  if (key.ic.length !== 4) {
    throw new InputError(`the verifying key is for ${key.ic.length - 1} public signals, the registry needs one for 3`, {
      remedy: "Use the key of a tier's circuit.",
    });
  }
  const { alpha1, beta2, gamma2, delta2, ic } = key;
  return { alpha1, beta2: g2Words(beta2), gamma2: g2Words(gamma2), delta2: g2Words(delta2), ic };
}

/**
 * Whether the key has had no contribution to phase 2 at all: γ = δ. Everybody can make proofs of anything for such a key.
 */
export function lacksContribution({ gamma2, delta2 }: Groth16VerifyingKey): boolean {
  return words2(gamma2).every((word, i) => word === words2(delta2)[i]);
}
