import { Interface } from "ethers";
import type { Certificate, WrappedSegment } from "../wrap/certificate.js";
import type { Groth16Proof } from "../wrap/groth16.js";
import { modelId, type ModelParts } from "../commitment/model-id.js";
import type { G2 } from "../curve/g1.js";
import { policyId, type Policy } from "../drift/rule.js";
import { keccakWords } from "../encoding/keccak.js";
import type { Hex } from "../encoding/hex.js";
import { DRIFT_REGISTRY_ABI } from "./abi.js";

/** The registry's functions, events and errors. */
export const driftRegistryInterface = new Interface(DRIFT_REGISTRY_ABI);

/** A G2 point in the precompiles' order: imaginary part first. */
export function g2Words({ x, y }: G2): { x: [bigint, bigint]; y: [bigint, bigint] } {
  return { x: [x.c1, x.c0], y: [y.c1, y.c0] };
}

/** The Solidity struct `Groth16Proof`. */
export interface Groth16Words {
  readonly a: readonly [bigint, bigint];
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
}

function groth16Words({ a, b, c }: Groth16Proof): Groth16Words {
  const { x, y } = g2Words(b);
  return { a: [a.x, a.y], b: [x, y], c: [c.x, c.y] };
}

/** The Solidity struct `Segment`. The root after the segment is not sent: the registry computes it. */
export interface SegmentParams extends Omit<WrappedSegment, "groth16" | "nextMerkleRoot"> {
  readonly groth16: Groth16Words;
}

function segmentParams(segment: WrappedSegment): SegmentParams {
  const { tierId, uses, tiles, commitments, claim, h, groth16, mercury, multiProof } = segment;
  return { tierId, uses, tiles, commitments, claim, h, groth16: groth16Words(groth16), mercury, multiProof };
}

/** The Solidity struct `CertifyParams`. */
export interface CertifyParams {
  readonly baseModelId: Hex;
  readonly policyId: Hex;
  readonly tunedMerkleRoot: Hex;
  readonly segments: readonly SegmentParams[];
}

export function certifyParams(certificate: Certificate): CertifyParams {
  return {
    baseModelId: modelId(certificate.base),
    policyId: policyId(certificate.policy),
    tunedMerkleRoot: certificate.tuned.merkleRoot,
    segments: certificate.segments.map(segmentParams),
  };
}

/** Calldata of `certify`. */
export function encodeCertify(params: CertifyParams): Hex {
  return driftRegistryInterface.encodeFunctionData("certify", [params]) as Hex;
}

/** Calldata of `registerModel`. `manifestURI` may be empty. */
export function encodeRegisterModel({ srsId, ...parts }: ModelParts, manifestURI: string): Hex {
  return driftRegistryInterface.encodeFunctionData("registerModel", [srsId, parts, manifestURI]) as Hex;
}

/** Calldata of `registerPolicy`. */
export function encodeRegisterPolicy({ baseModelId, rules }: Policy): Hex {
  return driftRegistryInterface.encodeFunctionData("registerPolicy", [baseModelId, rules]) as Hex;
}

/** `keccak256(abi.encode(chainId, registry, publisher, baseModelId, tunedModelId, policyId))` */
export function certificateId(certificate: Omit<Certificate, "segments" | "manifest" | "insecure">): Hex {
  const { chainId, registry, publisher, base, tuned, policy } = certificate;
  return keccakWords([chainId, registry, publisher, modelId(base), modelId(tuned), policyId(policy)]);
}
