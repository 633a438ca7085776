import type { Certificate, WrappedSegment } from "../wrap/certificate.js";
import type { Groth16Proof } from "../wrap/groth16.js";
import { modelId, type ModelParts } from "../commitment/model-id.js";
import { policyId, type Policy } from "../drift/rule.js";
import { keccakWords } from "../encoding/keccak.js";
import type { Hex } from "../encoding/hex.js";
import { encodeCall } from "./abi-values.js";
import { g2Words } from "./points.js";

export { g2Words };

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

/** The Solidity struct `TileMultiProof`. */
export interface MultiProofWords {
  readonly proof: readonly Hex[];
  /** Flag i is bit i mod 256 of word i / 256. */
  readonly proofFlags: readonly bigint[];
}

function multiProofWords({ proof, proofFlags }: WrappedSegment["multiProof"]): MultiProofWords {
  const words = new Array<bigint>(Math.ceil(proofFlags.length / 256)).fill(0n);
  proofFlags.forEach((flag, i) => {
    if (flag) words[i >> 8] = (words[i >> 8] as bigint) | (1n << BigInt(i & 0xff));
  });
  return { proof, proofFlags: words };
}

/**
 * The Solidity struct `Segment`. The root after the segment is not sent: the registry computes it. Nor is the tier: it is
 * the route's.
 */
export interface SegmentParams extends Omit<WrappedSegment, "tierId" | "groth16" | "nextMerkleRoot" | "multiProof"> {
  readonly routeId: Hex;
  readonly groth16: Groth16Words;
  readonly multiProof: MultiProofWords;
}

function segmentParams(segment: WrappedSegment, routeOf: RouteOfTier): SegmentParams {
  const { tierId, uses, tiles, commitments, claim, h, mercury } = segment;
  const [groth16, multiProof] = [groth16Words(segment.groth16), multiProofWords(segment.multiProof)];
  return { routeId: routeOf(tierId), uses, tiles, commitments, claim, h, groth16, mercury, multiProof };
}

/** Where more about a model, policy or certificate can be found. */
export interface Metadata {
  readonly uri: string;
  /** Of what is there; 32 bytes. */
  readonly contentHash: Hex;
}

/** The verifying key, by its route id, that the proofs of a tier are made with. */
export type RouteOfTier = (tierId: number) => Hex;

/** What a publisher adds to a certificate. */
export interface CertifyTerms {
  /** Seconds since 1970 from which on the certificate is not valid; 0 (the default) for never. */
  readonly expiresAt?: number | undefined;
  readonly metadata?: Metadata | undefined;
}

/** The Solidity struct `CertifyParams`. */
export interface CertifyParams {
  readonly base: Omit<ModelParts, "srsId">;
  readonly policyId: Hex;
  readonly tunedMerkleRoot: Hex;
  readonly expiresAt: number;
  readonly metadata: Metadata;
  readonly segments: readonly SegmentParams[];
}

const NO_METADATA: Metadata = { uri: "", contentHash: `0x${"00".repeat(32)}` };

export function certifyParams(certificate: Certificate, routeOf: RouteOfTier, terms: CertifyTerms = {}): CertifyParams {
  const { t, tileCount, manifestHash, classTableHash, merkleRoot } = certificate.base;
  return {
    base: { t, tileCount, manifestHash, classTableHash, merkleRoot },
    policyId: policyId(certificate.policy),
    tunedMerkleRoot: certificate.tuned.merkleRoot,
    expiresAt: terms.expiresAt ?? 0,
    metadata: terms.metadata ?? NO_METADATA,
    segments: certificate.segments.map((segment) => segmentParams(segment, routeOf)),
  };
}

/** Calldata of `certify`. */
export function encodeCertify(params: CertifyParams): Hex {
  return encodeCall("certify", [params]);
}

/** Bytes of the calldata with which a certificate is registered: they do not depend on the verifying keys. */
export function certifyCalldataBytes(certificate: Certificate): number {
  return (encodeCertify(certifyParams(certificate, () => NO_METADATA.contentHash)).length - 2) / 2;
}

/** Calldata of `registerModel`. `manifestURI` may be empty. */
export function encodeRegisterModel({ srsId, ...parts }: ModelParts, manifestURI: string, isRestricted = false): Hex {
  return encodeCall("registerModel", [srsId, parts, isRestricted, manifestURI]);
}

/** Calldata of `registerPolicy`. */
export function encodeRegisterPolicy({ baseModelId, rules }: Policy): Hex {
  return encodeCall("registerPolicy", [baseModelId, rules]);
}

/** `keccak256(abi.encode(chainId, registry, publisher, baseModelId, tunedModelId, policyId))` */
export function certificateId(certificate: Omit<Certificate, "segments" | "manifest" | "insecure">): Hex {
  const { chainId, registry, publisher, base, tuned, policy } = certificate;
  return keccakWords([chainId, registry, publisher, modelId(base), modelId(tuned), policyId(policy)]);
}
