import type { Certificate } from "../certificate/certificate.js";
import type { CertificateHead, WrappedSegment } from "../segment/wrapped-segment.js";
import type { Groth16Proof } from "../groth16/groth16.js";
import { type ModelParts } from "../commitment/model-id.js";
import { policyId, rangesOf } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
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
  /** Numbers of the slots by ascending tile, a byte each; empty if tiles ascend by slot. */
  readonly order: Hex;
  readonly groth16: Groth16Words;
  readonly multiProof: MultiProofWords;
}

function orderOf(tiles: readonly number[]): Hex {
  if (tiles.every((tile, slot) => slot === 0 || tile > (tiles[slot - 1] as number))) return "0x";
  const slots = tiles.map((_, slot) => slot).sort((a, b) => (tiles[a] as number) - (tiles[b] as number));
  return `0x${slots.map((slot) => slot.toString(16).padStart(2, "0")).join("")}`;
}

function segmentParams(segment: WrappedSegment, routeOf: RouteOfTier): SegmentParams {
  const { tierId, uses, tiles, commitments, claim, h, mercury } = segment;
  const [groth16, multiProof] = [groth16Words(segment.groth16), multiProofWords(segment.multiProof)];
  const [routeId, order] = [routeOf(tierId), orderOf(tiles)];
  return { routeId, uses, tiles, order, commitments, claim, h, groth16, mercury, multiProof };
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

/** The Solidity struct `ModelParts`: the SRS is the registry's. */
function partsOf({ t, tileCount, manifestHash, classTableHash, merkleRoot }: ModelParts): Omit<ModelParts, "srsId"> {
  return { t, tileCount, manifestHash, classTableHash, merkleRoot };
}

export function certifyParams(certificate: Certificate, routeOf: RouteOfTier, terms: CertifyTerms = {}): CertifyParams {
  return {
    base: partsOf(certificate.base),
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
export function encodeRegisterModel(model: ModelParts, manifestURI: string, isRestricted = false): Hex {
  return encodeCall("registerModel", [model.srsId, partsOf(model), isRestricted, manifestURI]);
}

/** A policy with its base and the base's class table, as certificates have them. */
export type PolicyOfBase = Pick<CertificateHead, "policy" | "base" | "classes">;

/** Calldata of `registerPolicy`. */
export function encodeRegisterPolicy({ policy, base, classes }: PolicyOfBase): Hex {
  return encodeCall("registerPolicy", [partsOf(base), classes, policy.rules, rangesOf(policy.rules)]);
}
