import { toFr, type Fr } from "../../field/fr.js";
import { eqTable } from "../../poly/eq.js";
import { innerProduct } from "../../poly/univariate.js";
import type { Backend, LinearTerm } from "../backend.js";
import { ReferenceMainSumcheck } from "./main-sumcheck.js";
import { referenceMsm } from "./msm.js";
import { ReferenceOpeningSumcheck } from "./opening-sumcheck.js";
import { ReferenceRangeTree } from "./range-tree.js";

/** `Σ weight·vector` with native bigints. */
export function linearCombination(length: number, terms: readonly LinearTerm[]): Fr[] {
  const totals = new Array<bigint>(length).fill(0n);
  for (const { weight, vector } of terms) {
    if (vector.length !== length) {
      throw new RangeError(`linearCombination: a vector has ${vector.length} elements, expected ${length}`);
    }
    for (let x = 0; x < length; x++) {
      const value = BigInt(vector[x] as number | bigint);
      if (value !== 0n) totals[x] = (totals[x] as bigint) + weight * value;
    }
  }
  return totals.map(toFr);
}

/** Native bigints and noble's curve: slow, simple, and the oracle for every faster backend. */
export const referenceBackend: Backend = {
  name: "reference",
  msm: (powers, scalars) => Promise.resolve(referenceMsm(powers, scalars)),
  rangeTree: (input) => Promise.resolve(new ReferenceRangeTree(input)),
  mainSumcheck: (input) => Promise.resolve(new ReferenceMainSumcheck(input)),
  openingSumcheck: (input) => Promise.resolve(new ReferenceOpeningSumcheck(input)),
  linearCombination: (length, terms) => Promise.resolve(linearCombination(length, terms)),
  evaluateMultilinear: (vector, point) => Promise.resolve(innerProduct(eqTable(point), vector)),
};
