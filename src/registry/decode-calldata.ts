import type { TileMultiProof } from "../commitment/tile-tree.js";
import type { ModelParts } from "../commitment/model-id.js";
import type { OpeningClaim } from "../segment/statement.js";
import type { Hex } from "../algebra/hex.js";
import type { Fr } from "../algebra/fr.js";
import type { MercuryProof } from "../argument/mercury/proof.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import type { Groth16Proof } from "../groth16/groth16.js";
import type { ReadArguments } from "./abi-types.js";
import { decodeCall, driftRegistryInterface } from "./abi-values.js";
import type { Metadata } from "./encode.js";

/** A segment as it was sent: of which tier it is its route says, and the root after it is to be computed. */
export interface SentSegment extends Omit<WrappedSegment, "tierId" | "nextMerkleRoot"> {
  readonly routeId: Hex;
}

/** A certificate as it was sent to a registry: the inverse of `CertifyParams`. */
export interface SentCertificate {
  readonly base: Omit<ModelParts, "srsId">;
  readonly policyId: Hex;
  readonly tunedMerkleRoot: Hex;
  /** Seconds since 1970; 0 for never. */
  readonly expiresAt: number;
  readonly metadata: Metadata;
  readonly segments: readonly SentSegment[];
}

const CALLS = ["certify", "certifyFor", "certifyMany"] as const;

/**
 * The certificates that a transaction's calldata registers, whether it calls the registry itself or hands the call on, as
 * the wallets do that are contracts: every place at which one of the calls begins is tried. Who relies on one of them
 * compares its id and verifies its proof; scalars and points are as they were sent.
 */
export function findSentCertificates(calldata: Hex): SentCertificate[] {
  const found: SentCertificate[] = [];
  for (const name of CALLS) {
    const selector = driftRegistryInterface.getFunction(name)?.selector.slice(2) ?? "";
    for (let at = calldata.indexOf(selector, 2); at !== -1; at = calldata.indexOf(selector, at + 1)) {
      if (at % 2 === 0) found.push(...decodeCallOf(name, `0x${calldata.slice(at)}`));
    }
  }
  return found;
}

function decodeCallOf(name: (typeof CALLS)[number], calldata: Hex): SentCertificate[] {
  try {
    if (name === "certifyMany") return decodeCall(name, calldata).params.map(decodeParams);
    return [decodeParams(decodeCall(name, calldata).params)];
  } catch {
    return []; // Bytes that happen to look like the call's first four.
  }
}

type Params = ReadArguments<"certify">["params"];
type Segment = Params["segments"][number];

function count(value: bigint): number {
  if (value > 0xffff_ffffn) throw new RangeError("a number that no registry takes");
  return Number(value);
}

function decodeParams({ base, policyId, tunedMerkleRoot, expiresAt, metadata, segments }: Params): SentCertificate {
  return {
    base: { ...base, t: count(base.t), tileCount: count(base.tileCount) },
    policyId,
    tunedMerkleRoot,
    expiresAt: Number(expiresAt),
    metadata,
    segments: segments.map(decodeSegment),
  };
}

function decodeSegment({ routeId, uses, tiles, commitments, claim, h, ...proofs }: Segment): SentSegment {
  return {
    routeId,
    uses: uses.map(({ ruleIndex, tileCount, ...share }) => ({
      ruleIndex: count(ruleIndex),
      tileCount: count(tileCount),
      ...share,
    })),
    tiles: tiles.map(count),
    commitments,
    // Scalars are not known to be canonical: who verifies them sees to that.
    claim: claim as OpeningClaim,
    h: h as Fr,
    groth16: decodeGroth16(proofs.groth16),
    mercury: proofs.mercury as MercuryProof,
    multiProof: decodeMultiProof(proofs.multiProof, tiles.length),
  };
}

function decodeGroth16({ a, b: [x, y], c }: Segment["groth16"]): Groth16Proof {
  return {
    a: { x: a[0], y: a[1] },
    b: { x: { c0: x[1], c1: x[0] }, y: { c0: y[1], c1: y[0] } },
    c: { x: c[0], y: c[1] },
  };
}

/** There are as many flags as leaves and siblings less one. */
function decodeMultiProof({ proof, proofFlags: words }: Segment["multiProof"], leaves: number): TileMultiProof {
  const length = Math.max(0, leaves + proof.length - 1);
  const proofFlags = Array.from({ length }, (_, i) => (((words[i >> 8] ?? 0n) >> BigInt(i & 0xff)) & 1n) === 1n);
  return { proof, proofFlags };
}
