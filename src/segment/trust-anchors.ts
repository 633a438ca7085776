import type { Hex } from "../algebra/hex.js";
import type { VerifierSrs } from "../argument/kzg/srs.js";
import type { Tier } from "../protocol/tiers.js";
import type { Groth16VerifyingKey } from "../groth16/groth16.js";

/** What a verifier trusts, from the setup and not from the certificate. */
export interface TrustAnchors {
  readonly srsId: Hex;
  readonly srs: VerifierSrs;
  /** The tier's verifying key; `undefined` if the verifier has none. */
  readonly verifyingKey: (tier: Tier) => Groth16VerifyingKey | undefined;
}
