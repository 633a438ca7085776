import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { statementVector, type RulePlace, type SegmentStatement } from "../../src/segment/statement.js";
import { hexToFr, wordToHexBE, type Hex } from "../../src/algebra/hex.js";
import { PROTOCOL_VERSION } from "../../src/protocol/constants.js";
import { TIERS, type TierName } from "../../src/protocol/tiers.js";
import type { SegmentProof } from "../../src/segment/proof.js";
import { publicSignals } from "../../src/segment/public-signals.js";
import { proveCase, type ProvenCase } from "./proofs.js";
import { CASE_CLASSES, segmentCase, type CaseClass } from "./segments.js";

/** The same shape with every field element as a hex word. */
type InHex<T> = T extends bigint
  ? Hex
  : T extends readonly (infer Item)[]
    ? InHex<Item>[]
    : { [Key in keyof T]: InHex<T[Key]> };

/**
 * A valid segment proof that every verifier must accept with these public signals. Field elements are 0x and 64
 * lowercase digits, big-endian; bounds are decimal strings.
 */
export interface SegmentVector {
  readonly class: CaseClass;
  readonly tier: TierName;
  readonly seed: number;
  readonly d1: Hex;
  readonly places: (Record<Exclude<keyof RulePlace, "units">, number | string> & {
    readonly units: readonly number[];
  })[];
  /** What the transcript absorbs after the domain separator. */
  readonly statement: Hex[];
  readonly proof: InHex<SegmentProof>;
  readonly claim: { readonly theta: Hex; readonly psi: Hex; readonly z: Hex[]; readonly y: Hex };
  readonly h: Hex;
  readonly eta: Hex;
  readonly v: Hex;
}

export interface SegmentVectorFile {
  readonly protocolVersion: number;
  readonly segments: readonly SegmentVector[];
}

/** Written by `npm run gen`. */
export const SEGMENT_VECTORS_PATH = fileURLToPath(new URL("../vectors/segments.json", import.meta.url));

const SEED = 2026;

function toHex(node: unknown): unknown {
  if (typeof node === "bigint") return wordToHexBE(node);
  if (Array.isArray(node)) return node.map(toHex);
  return Object.fromEntries(Object.entries(node as object).map(([key, child]) => [key, toHex(child)]));
}

function fromHex(node: unknown, path: string): unknown {
  if (typeof node === "string") return hexToFr(node, path);
  if (Array.isArray(node)) return node.map((child, i) => fromHex(child, `${path}[${i}]`));
  return Object.fromEntries(
    Object.entries(node as object).map(([key, child]) => [key, fromHex(child, `${path}.${key}`)]),
  );
}

function encodeVector(kind: CaseClass, seed: number, { statement, proven }: ProvenCase): SegmentVector {
  const { h, eta, v } = publicSignals(statement, proven.claim, proven.h);
  return {
    class: kind,
    tier: statement.tier.name,
    seed,
    d1: wordToHexBE(statement.d1),
    places: statement.places.map((place) => ({
      ...place,
      maxResidualSq: place.maxResidualSq.toString(),
      maxNonzeros: place.maxNonzeros.toString(),
    })),
    statement: statementVector(statement).map(wordToHexBE),
    proof: toHex(proven.proof) as SegmentVector["proof"],
    claim: toHex(proven.claim) as SegmentVector["claim"],
    h: wordToHexBE(h),
    eta: wordToHexBE(eta),
    v: wordToHexBE(v),
  };
}

/** A proof of every class at nano, from fixed seeds. */
export async function makeSegmentVectors(): Promise<SegmentVectorFile> {
  const segments: SegmentVector[] = [];
  for (const kind of CASE_CLASSES) {
    segments.push(encodeVector(kind, SEED, await proveCase(segmentCase(kind, TIERS.nano, SEED))));
  }
  return { protocolVersion: PROTOCOL_VERSION, segments };
}

export async function readSegmentVectors(): Promise<SegmentVectorFile> {
  return JSON.parse(await readFile(SEGMENT_VECTORS_PATH, "utf8")) as SegmentVectorFile;
}

/** The statement and the proof of a vector, every element canonical. */
export function decodeVector(vector: SegmentVector): { statement: SegmentStatement; proof: SegmentProof } {
  const places = vector.places.map((place): RulePlace => ({
    tileCount: Number(place.tileCount),
    rowPanels: Number(place.rowPanels),
    colPanels: Number(place.colPanels),
    rank: Number(place.rank),
    shift: Number(place.shift),
    maxResidualSq: BigInt(place.maxResidualSq),
    maxNonzeros: BigInt(place.maxNonzeros),
    units: place.units,
  }));
  return {
    statement: { tier: TIERS[vector.tier], d1: hexToFr(vector.d1, "d1"), places },
    proof: fromHex(vector.proof, "proof") as SegmentProof,
  };
}
