import type { Hex } from "../algebra/hex.js";
import { keccakWords } from "../algebra/keccak.js";
import type { G1, G2 } from "../algebra/g1.js";
import type { CertificateHead, RuleUse, WrappedSegment } from "../segment/wrapped-segment.js";
import type { Groth16VerifyingKey } from "../groth16/groth16.js";

export const SEGMENT_FORMAT = "fine-tuning-integrity/segment";
export const SEGMENT_VERSION = 2;

/**
 * One proven segment of a certificate that is not whole yet, with all that the certificate needs of it and that it
 * depends on. It holds no secret: everything in it will be in the certificate.
 */
export interface SegmentPart {
  readonly head: CertificateHead;
  /** What every segment of the certificate uses of the rules, in place order: how the change was split. */
  readonly plan: readonly (readonly RuleUse[])[];
  /** Which of them this is, from 0. */
  readonly index: number;
  /** Merkle root of the model before this segment. */
  readonly prevMerkleRoot: Hex;
  /** Of the key under which the segment's proof is valid. */
  readonly verifyingKeyDigest: Hex;
  readonly segment: WrappedSegment;
}

/** keccak256 of a verifying key's coordinates; it names the setup of a proof. */
export function verifyingKeyDigest({ alpha1, beta2, gamma2, delta2, ic }: Groth16VerifyingKey): Hex {
  const g1 = ({ x, y }: G1): bigint[] => [x, y];
  const g2 = ({ x, y }: G2): bigint[] => [x.c0, x.c1, y.c0, y.c1];
  return keccakWords([...g1(alpha1), ...g2(beta2), ...g2(gamma2), ...g2(delta2), ...ic.flatMap(g1)]);
}
