import { MERCURY_POINTS, MERCURY_SCALARS } from "../../argument/mercury/proof.js";
import type { Tier } from "../../protocol/tiers.js";
import { certifyCalldataBytes } from "../../registry/encode.js";
import { encodeCertificate } from "../../certificate/certificate-codec.js";
import type { Certificate } from "../../certificate/certificate.js";

const WORD = 32;
const POINT = 2 * WORD;

/** Bytes of the parts of a certificate. */
export interface ProofSizes {
  /** One unwrapped segment proof: never published, it is the wrapper's witness. */
  readonly segmentProof: number;
  readonly groth16: number;
  readonly mercury: number;
  readonly certificateFile: number;
  readonly calldata: number;
}

export function proofSizes(tier: Tier, certificate: Certificate): ProofSizes {
  return {
    segmentProof: WORD * segmentProofElements(tier),
    groth16: 4 * POINT,
    mercury: POINT * MERCURY_POINTS.length + WORD * MERCURY_SCALARS.length,
    certificateFile: new TextEncoder().encode(encodeCertificate(certificate)).length,
    calldata: certifyCalldataBytes(certificate),
  };
}

/** Field elements of a segment proof, `SegmentProof` field by field: its format is fixed by the tier. */
function segmentProofElements(tier: Tier): number {
  const { leafVars, ell, maxRules, maxRankRules, maxRank, slots } = tier;
  let range = 8; // the root's child values
  for (let depth = 1; depth < leafVars / 2; depth++) range += 2 * depth * 4 + 8;
  const sums = 2 * maxRules;
  const evaluations = 2 * slots + 3;
  const factorClaims = 2 * maxRankRules * maxRank;
  return 1 + range + sums + 3 * ell + evaluations + factorClaims + 2 * ell + 4;
}
