import type { Result } from "ethers";
import type { TileMultiProof } from "../commitment/tile-tree.js";
import type { ModelParts } from "../commitment/model-id.js";
import type { G1, G2 } from "../curve/g1.js";
import type { OpeningClaim, SegmentCommitments } from "../drift/statement.js";
import type { Hex } from "../encoding/hex.js";
import type { Fr } from "../field/fr.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../kzg/mercury/proof.js";
import type { RuleUse, WrappedSegment } from "../wrap/certificate.js";
import type { Groth16Proof } from "../wrap/groth16.js";
import { driftRegistryInterface, type Metadata } from "./encode.js";

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
      if (at % 2 === 0) found.push(...decodeCall(name, `0x${calldata.slice(at)}`));
    }
  }
  return found;
}

function decodeCall(name: (typeof CALLS)[number], call: Hex): SentCertificate[] {
  try {
    const params = driftRegistryInterface.decodeFunctionData(name, call).getValue("params") as Result;
    return name === "certifyMany" ? list(params, decodeParams) : [decodeParams(params)];
  } catch {
    return []; // Bytes that happen to look like the call's first four.
  }
}

const hex = (record: Result, name: string): Hex => String(record.getValue(name)).toLowerCase() as Hex;
const integer = (record: Result, name: string): bigint => record.getValue(name) as bigint;
/** Not known to be canonical. */
const scalar = (record: Result, name: string): Fr => integer(record, name) as Fr;
const child = (record: Result, name: string): Result => record.getValue(name) as Result;

function count(value: bigint): number {
  if (value > 0xffff_ffffn) throw new RangeError("a number that no registry takes");
  return Number(value);
}

function list<T>(values: Result, decode: (value: Result) => T): T[] {
  return Array.from(values as Iterable<Result>, decode);
}

const integers = (values: Result): bigint[] => Array.from(values as Iterable<bigint>);
const point = (value: Result): G1 => ({ x: integer(value, "x"), y: integer(value, "y") });

function decodeParams(params: Result): SentCertificate {
  const [base, metadata] = [child(params, "base"), child(params, "metadata")];
  return {
    base: {
      t: count(integer(base, "t")),
      tileCount: count(integer(base, "tileCount")),
      manifestHash: hex(base, "manifestHash"),
      merkleRoot: hex(base, "merkleRoot"),
    },
    policyId: hex(params, "policyId"),
    tunedMerkleRoot: hex(params, "tunedMerkleRoot"),
    expiresAt: Number(integer(params, "expiresAt")),
    metadata: { uri: String(metadata.getValue("uri")), contentHash: hex(metadata, "contentHash") },
    segments: list(child(params, "segments"), decodeSegment),
  };
}

function decodeSegment(segment: Result): SentSegment {
  const tiles = integers(child(segment, "tiles")).map(count);
  return {
    routeId: hex(segment, "routeId"),
    uses: list(child(segment, "uses"), decodeUse),
    tiles,
    commitments: decodeCommitments(child(segment, "commitments")),
    claim: decodeClaim(child(segment, "claim")),
    h: scalar(segment, "h"),
    groth16: decodeGroth16(child(segment, "groth16")),
    mercury: decodeMercury(child(segment, "mercury")),
    multiProof: decodeMultiProof(child(segment, "multiProof"), tiles.length),
  };
}

function decodeUse(use: Result): RuleUse {
  return { ruleIndex: count(integer(use, "ruleIndex")), tileCount: count(integer(use, "tileCount")) };
}

function decodeCommitments(commitments: Result): SegmentCommitments {
  const [points, one] = [
    (name: string): G1[] => list(child(commitments, name), point),
    (name: string): G1 => point(child(commitments, name)),
  ];
  return {
    base: points("base"),
    tuned: points("tuned"),
    masks: points("masks"),
    factorA: one("factorA"),
    factorB: one("factorB"),
    multiplicity: one("multiplicity"),
    blinding: one("blinding"),
  };
}

function decodeClaim(claim: Result): OpeningClaim {
  return {
    theta: scalar(claim, "theta"),
    psi: scalar(claim, "psi"),
    z: integers(child(claim, "z")) as Fr[],
    y: scalar(claim, "y"),
  };
}

function decodeGroth16(proof: Result): Groth16Proof {
  const g1 = (name: string): G1 => {
    const [x = 0n, y = 0n] = integers(child(proof, name));
    return { x, y };
  };
  const [x, y] = list(child(proof, "b"), integers) as [[bigint, bigint], [bigint, bigint]];
  const b: G2 = { x: { c0: x[1], c1: x[0] }, y: { c0: y[1], c1: y[0] } };
  return { a: g1("a"), b, c: g1("c") };
}

function decodeMercury(proof: Result): MercuryProof {
  const points = MERCURY_POINTS.map((name) => [name, point(child(proof, name))]);
  const scalars = MERCURY_SCALARS.map((name) => [name, scalar(proof, name)]);
  return Object.fromEntries([...points, ...scalars]) as MercuryProof;
}

/** There are as many flags as leaves and siblings less one. */
function decodeMultiProof(multiProof: Result, leaves: number): TileMultiProof {
  const proof = Array.from(child(multiProof, "proof") as Iterable<Hex>);
  const words = integers(child(multiProof, "proofFlags"));
  const length = Math.max(0, leaves + proof.length - 1);
  const proofFlags = Array.from({ length }, (_, i) => (((words[i >> 8] ?? 0n) >> BigInt(i & 0xff)) & 1n) === 1n);
  return { proof, proofFlags };
}
