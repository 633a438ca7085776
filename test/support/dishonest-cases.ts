import { expect } from "chai";
import { type RulePlace, type SegmentStatement } from "../../src/segment/statement.js";
import { frAdd, frInv, frMul, frNeg, toFr, type Fr } from "../../src/algebra/fr.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { verifySegment } from "../../src/segment/verify.js";
import { proveNaively, type Lies, type NaiveSegment } from "./dishonest-prover.js";
import {
  brokenRelations,
  countInRange,
  factorRow,
  zeroVector,
  type FieldWitness,
  type Relation,
} from "./dishonest-witness.js";
import { opens } from "./proofs.js";
import { seededFr } from "./random.js";
import { freshRandomness } from "./segments.js";

/** Seed of the randomness of every dishonest proof. */
export const CHEAT_SEED = 31;
const { nano } = TIERS;

/** A rule place without a rank bound, over `tileCount` tiles. */
export function flat(tileCount: number, maxResidualSq: bigint, maxNonzeros = 0n): RulePlace {
  return { ...lowRank(0, 0, 0, { maxResidualSq, maxNonzeros }), tileCount, units: zeros(tileCount) };
}

/** Unit exponents of tiles that share one class. */
function zeros(tileCount: number): number[] {
  return new Array<number>(tileCount).fill(0);
}

export function lowRank(maxRank: number, rows: number, cols: number, bounds: Partial<RulePlace> = {}): RulePlace {
  return {
    tileCount: rows * cols,
    rowPanels: rows,
    colPanels: cols,
    rank: maxRank,
    shift: 0,
    maxResidualSq: 0n,
    maxNonzeros: 0n,
    units: zeros(rows * cols),
    ...bounds,
  };
}

export function statementOf(places: readonly RulePlace[], tier: Tier = nano): SegmentStatement {
  return { tier, d1: toFr(4711n), places };
}

/** Entries of a vector by index. */
export type Entries = Readonly<Record<number, bigint>>;

/** A vector that is zero but for these entries. */
export function sparse(statement: SegmentStatement, entries: Entries): Fr[] {
  const vector = zeroVector(statement);
  for (const [x, value] of Object.entries(entries)) vector[Number(x)] = toFr(value);
  return vector;
}

/** Differences and masks by slot (all others zero), with the best multiplicities there are. */
export function witnessOf(
  statement: SegmentStatement,
  parts: { deltas?: readonly Entries[]; masks?: readonly Entries[]; factorA?: Entries; factorB?: Entries },
): FieldWitness {
  const slots = statement.places.reduce((total, place) => total + place.tileCount, 0);
  const vectors = (list: readonly Entries[] = []): Fr[][] =>
    Array.from({ length: slots }, (_, slot) => sparse(statement, list[slot] ?? {}));
  return countInRange(statement, {
    deltas: vectors(parts.deltas),
    masks: vectors(parts.masks),
    factorA: sparse(statement, parts.factorA ?? {}),
    factorB: sparse(statement, parts.factorB ?? {}),
  });
}

/** The proof of somebody who tells these lies. */
export function cheat(statement: SegmentStatement, witness: FieldWitness, lies?: Lies): NaiveSegment {
  const randomness = freshRandomness(statement.tier, seededFr(CHEAT_SEED));
  return proveNaively(statement, witness, randomness, lies);
}

/** The phase that rejects the proof, "opening" if only the opening refuses it, or "accepted". */
export function outcome(statement: SegmentStatement, witness: FieldWitness, lies?: Lies): string {
  const { proof, combined } = cheat(statement, witness, lies);
  const result = verifySegment(statement, proof);
  if (!result.valid) return result.error.phase;
  return opens(combined, result.segment) ? "accepted" : "opening";
}

/** The witness breaks that one relation, and that phase refuses it. */
export function expectRejected(
  statement: SegmentStatement,
  witness: FieldWitness,
  relation: Relation | undefined,
  phase: string,
  lies?: Lies,
): void {
  expect(brokenRelations(statement, witness)).to.deep.equal(relation === undefined ? [] : [relation]);
  expect(outcome(statement, witness, lies)).to.equal(phase);
}

export function expectAccepted(statement: SegmentStatement, witness: FieldWitness): void {
  expect(brokenRelations(statement, witness)).to.deep.equal([]);
  expect(outcome(statement, witness)).to.equal("accepted");
}

/** A root whose fractions sum to zero again: one numerator is bent. */
export const forgedRoot = (root: Fr[]): Fr[] => {
  const [p0, p1, p2, p3, q0, q1, q2, q3] = root as [Fr, Fr, Fr, Fr, Fr, Fr, Fr, Fr];
  const others = frAdd(frMul(p1, frInv(q1)), frAdd(frMul(p2, frInv(q2)), frMul(p3, frInv(q3))));
  expect(p0).to.not.equal(frNeg(frMul(q0, others)));
  return root.with(0, frNeg(frMul(q0, others)));
};

/** Entries of a factor at row `factorRow(…)`. */
export function factorEntries(
  statement: SegmentStatement,
  side: "A" | "B",
  at: [number, number, number],
  values: readonly bigint[],
): Entries {
  const start = factorRow(statement, side, ...at) * statement.tier.n;
  return Object.fromEntries(values.map((value, x) => [start + x, value]));
}

/** `Σ_k a_k b_kᵀ` in the upper left corner of a tile. */
export function outerProduct(n: number, pairs: readonly (readonly [readonly bigint[], readonly bigint[]])[]): Entries {
  const tile: Record<number, bigint> = {};
  for (const [a, b] of pairs) {
    a.forEach((left, u) => {
      b.forEach((right, v) => (tile[u * n + v] = (tile[u * n + v] ?? 0n) + left * right));
    });
  }
  return tile;
}
