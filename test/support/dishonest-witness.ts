import { segmentLayout, type SegmentStatement } from "../../src/segment/statement.js";
import type { SegmentWitness } from "../../src/segment/witness.js";
import { FR_ONE, FR_ZERO, frAdd, frMul, frOf, frPow, frSub, frToSigned, toFr, type Fr } from "../../src/algebra/fr.js";

/** What a prover may commit to: any field elements at all, 2^ell each, used slots in order. */
export interface FieldWitness {
  readonly deltas: readonly (readonly Fr[])[];
  readonly masks: readonly (readonly Fr[])[];
  readonly factorA: readonly Fr[];
  readonly factorB: readonly Fr[];
  readonly multiplicities: readonly Fr[];
}

export const toVector = (values: ArrayLike<number>): Fr[] => Array.from(values, (value) => toFr(BigInt(value)));

export const zeroVector = (statement: SegmentStatement): Fr[] => new Array<Fr>(statement.tier.tileSize).fill(FR_ZERO);

/** The honest witness in the field. */
export function fieldWitness(statement: SegmentStatement, witness: SegmentWitness): FieldWitness {
  return {
    deltas: witness.tiles.map((tile) => toVector(tile.delta)),
    masks: witness.tiles.map((tile) => {
      const mask = zeroVector(statement);
      for (const position of tile.mask?.positions ?? []) mask[position] = FR_ONE;
      return mask;
    }),
    factorA: toVector(witness.factorA),
    factorB: toVector(witness.factorB),
    multiplicities: toVector(witness.multiplicities),
  };
}

/** Row of `P_A` (or `P_B`) that holds factor `k` of panel `i` of place `g`. */
export function factorRow(statement: SegmentStatement, side: "A" | "B", g: number, i: number, k: number): number {
  const layout = segmentLayout(statement.tier, statement.places);
  const origins = side === "A" ? layout.rowOrigins : layout.colOrigins;
  return ((origins[g] ?? 0) + i) * statement.tier.maxRank + k;
}

/** `R_T = 2^shift·Δ_T - Σ_k A_ik·B_jk` of the used slots. `ranks` replaces the places' ranks. */
export function residualsOf(
  statement: SegmentStatement,
  witness: Pick<FieldWitness, "deltas" | "factorA" | "factorB">,
  ranks: readonly number[] = statement.places.map((place) => place.rank),
): Fr[][] {
  const { tier, places } = statement;
  const layout = segmentLayout(tier, places);
  return witness.deltas.map((delta, slot) => {
    const g = layout.placeOfSlot[slot] as number;
    const place = places[g]!;
    const at = slot - (layout.bases[g] as number);
    const scale = frPow(frOf(2), place.shift);
    return delta.map((value, x) => {
      let residual = frMul(scale, value);
      for (let k = 0; k < (ranks[g] ?? 0); k++) {
        const rowA = factorRow(statement, "A", g, Math.floor(at / place.colPanels), k);
        const rowB = factorRow(statement, "B", g, at % place.colPanels, k);
        const a = witness.factorA[rowA * tier.n + Math.floor(x / tier.n)] as Fr;
        const b = witness.factorB[rowB * tier.n + (x % tier.n)] as Fr;
        residual = frSub(residual, frMul(a, b));
      }
      return residual;
    });
  });
}

/** `E_T = R_T (1 - b_T)`. */
export function unmaskedResiduals(statement: SegmentStatement, witness: Omit<FieldWitness, "multiplicities">): Fr[][] {
  return residualsOf(statement, witness).map((residual, slot) =>
    residual.map((value, x) => frMul(value, frSub(FR_ONE, witness.masks[slot]![x] as Fr))),
  );
}

/** The best multiplicities that exist: values outside the range cannot be counted. */
export function countInRange(statement: SegmentStatement, witness: Omit<FieldWitness, "multiplicities">): FieldWitness {
  const counts = new Array<number>(statement.tier.tileSize).fill(0);
  const half = statement.tier.tileSize / 2;
  for (const vector of [...unmaskedResiduals(statement, witness), witness.factorA, witness.factorB]) {
    for (const value of vector) {
      const index = Number(frToSigned(value)) + half;
      if (index >= 0 && index < counts.length) counts[index]! += 1;
    }
  }
  return { ...witness, multiplicities: toVector(counts) };
}

/** `Σ 4^c R²(1 - b)` and `Σ b` of every place, as the field sees them. */
export function fieldSums(
  statement: SegmentStatement,
  witness: Omit<FieldWitness, "multiplicities">,
): { sumSquares: Fr; nonzeros: Fr }[] {
  const layout = segmentLayout(statement.tier, statement.places);
  const sums = statement.places.map(() => ({ sumSquares: FR_ZERO, nonzeros: FR_ZERO }));
  residualsOf(statement, witness).forEach((residual, slot) => {
    const total = sums[layout.placeOfSlot[slot] as number]!;
    const unit = frPow(frOf(4), layout.units[slot] as number);
    residual.forEach((value, x) => {
      const mask = witness.masks[slot]![x] as Fr;
      total.sumSquares = frAdd(total.sumSquares, frMul(unit, frMul(frMul(value, value), frSub(FR_ONE, mask))));
      total.nonzeros = frAdd(total.nonzeros, mask);
    });
  });
  return sums;
}

/** A relation of the statement (PROTOCOL 3) that a witness may break. */
export type Relation =
  "entry range" | "factor range" | "boolean mask" | "mask allowed" | "norm" | "count" | "multiplicities";

/**
 * The relations that a witness breaks, each decided from its definition. A test of one check hands over a
 * witness that breaks exactly the one relation: then nothing else can be what rejects it.
 */
export function brokenRelations(statement: SegmentStatement, witness: FieldWitness): Relation[] {
  const half = BigInt(statement.tier.tileSize / 2);
  const isOutside = (value: Fr): boolean => frToSigned(value) < -half || frToSigned(value) >= half;
  const layout = segmentLayout(statement.tier, statement.places);
  const broken = new Set<Relation>();
  if (unmaskedResiduals(statement, witness).flat().some(isOutside)) broken.add("entry range");
  if ([...witness.factorA, ...witness.factorB].some(isOutside)) broken.add("factor range");
  witness.masks.forEach((mask, slot) => {
    if (mask.some((value) => value !== 0n && value !== 1n)) broken.add("boolean mask");
    if (layout.masked[slot] !== true && mask.some((value) => value !== 0n)) broken.add("mask allowed");
  });
  fieldSums(statement, witness).forEach(({ sumSquares, nonzeros }, g) => {
    if (sumSquares > statement.places[g]!.maxResidualSq) broken.add("norm");
    if (nonzeros > statement.places[g]!.maxNonzeros) broken.add("count");
  });
  const counted = countInRange(statement, witness).multiplicities;
  if (counted.some((value, x) => value !== witness.multiplicities[x])) broken.add("multiplicities");
  return [...broken].sort();
}
