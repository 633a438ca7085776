import { toFr, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { innerProduct } from "../../algebra/univariate.js";
import type { FrVector, IntVector, LinearTerm } from "../backend.js";
import { canonicalBytes } from "./canonical.js";
import { ELEMENT_BYTES } from "./kernel.js";
import type { Pool } from "./pool.js";
import { sharedBytes } from "../shared-array.js";
import { vectorCombine, weightsPerRow, type WeightedRows } from "./tasks/vector-combine.js";
import { vectorFold } from "./tasks/vector-fold.js";
import { bytesOf, isIntVector, rangeBytes, rangesOf, sharedVector, unpackVector, WasmVector } from "./vectors.js";

/** `Σ weight·vector`, missing elements counting as zero. Throws `RangeError` for a vector that is too long. */
export function linearCombination(pool: Pool, length: number, terms: readonly LinearTerm[]): Promise<WasmVector> {
  for (const { vector } of terms) {
    if (vector.length > length) {
      throw new RangeError(`linearCombination: a vector has ${vector.length} elements, expected at most ${length}`);
    }
  }
  return combineRows(
    pool,
    length,
    terms.map(({ weight, vector }) => ({ vector, weights: [weight] })),
  );
}

/** A vector as a matrix of rows with a weight each. */
export interface RowTerm {
  readonly vector: IntVector | FrVector;
  readonly weights: readonly Fr[];
}

/** `Σ weights[r]·row r` over all rows of all vectors, `rowLength` elements. */
export async function combineRows(pool: Pool, rowLength: number, terms: readonly RowTerm[]): Promise<WasmVector> {
  const out = sharedBytes(ELEMENT_BYTES * rowLength);
  const rows = terms.map(({ vector, weights }): WeightedRows => {
    const shared = isIntVector(vector) ? sharedVector(vector) : bytesOf(vector, pool);
    const perRow = weightsPerRow(shared) === 2 ? weights.flatMap((w) => [w, toFr(w << 30n)]) : weights;
    return { vector: shared, rowLength, weights: canonicalBytes(perRow) };
  });
  const rowCount = terms.reduce((total, { weights }) => total + weights.length, 0);
  await Promise.all(
    rangesOf(rowLength, pool, rowCount).map((range) =>
      pool.run(vectorCombine, { terms: rows, from: range.from, out: rangeBytes(out, range) }),
    ),
  );
  return new WasmVector(out, pool.build);
}

/** `Σ_j weights[j]·vector[j + weights.length·i]` for every `i`; what the vector lacks in its last row counts as zero. */
export async function foldRows(pool: Pool, vector: Int32Array | FrVector, weights: readonly Fr[]): Promise<WasmVector> {
  const rows = Math.ceil(vector.length / weights.length);
  const out = sharedBytes(ELEMENT_BYTES * rows);
  const input = {
    vector: isIntVector(vector) ? (sharedVector(vector) as Int32Array) : bytesOf(vector, pool),
    weights: canonicalBytes(weights),
  };
  await Promise.all(
    rangesOf(rows, pool, weights.length).map((range) =>
      pool.run(vectorFold, { ...input, from: range.from, out: rangeBytes(out, range) }),
    ),
  );
  return new WasmVector(out, pool.build);
}

/** `Σ_x eq(point, x)·vector[x]`: the lower half of the variables by the kernels, the upper one by bigints. */
export async function evaluateMultilinear(pool: Pool, vector: FrVector, point: readonly Fr[]): Promise<Fr> {
  if (vector.length !== 2 ** point.length) {
    throw new RangeError(`evaluateMultilinear: ${vector.length} elements and ${point.length} coordinates`);
  }
  const low = Math.ceil(point.length / 2);
  const folded = await foldRows(pool, vector, eqTable(point.slice(0, low)));
  return innerProduct(eqTable(point.slice(low)), await unpackVector(pool, folded));
}
