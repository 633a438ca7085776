import { eqTable } from "../../algebra/eq.js";
import { divideByLinear, innerProduct } from "../../algebra/univariate.js";
import type { Backend } from "../backend.js";
import { divideByBinomial, foldLow, linearCombination } from "./linear.js";
import { ReferenceMainSumcheck } from "./main-sumcheck.js";
import { referenceMsm } from "./msm.js";
import { ReferenceOpeningSumcheck } from "./opening-sumcheck.js";
import { ReferenceRangeTree } from "./range-tree.js";
import { elementsOf, entriesOf, ReferenceVector } from "./vector.js";

/** Native bigints and noble's curve: slow, simple, and the oracle for every faster backend. */
export const referenceBackend: Backend = {
  name: "reference",
  jobs: 1,
  fromFr: (values) => Promise.resolve(new ReferenceVector(values)),
  toFr: (vector) => Promise.resolve([...elementsOf(vector)]),
  msm: (powers, scalars) => Promise.resolve(referenceMsm(powers, entriesOf(scalars))),
  rangeTree: (input) => Promise.resolve(new ReferenceRangeTree(input)),
  mainSumcheck: (input) => Promise.resolve(new ReferenceMainSumcheck(input)),
  openingSumcheck: (input) => Promise.resolve(new ReferenceOpeningSumcheck(input)),
  linearCombination: (length, terms) => Promise.resolve(new ReferenceVector(linearCombination(length, terms))),
  evaluateMultilinear: (vector, point) => Promise.resolve(innerProduct(eqTable(point), elementsOf(vector))),
  foldLow: (vector, weights) => Promise.resolve(new ReferenceVector(foldLow(elementsOf(vector), weights))),
  divideByBinomial: (vector, b, alpha) => {
    const [quotient, remainder] = divideByBinomial(elementsOf(vector), b, alpha);
    return Promise.resolve({ quotient: new ReferenceVector(quotient), remainder: new ReferenceVector(remainder) });
  },
  divideByLinear: (vector, x) => Promise.resolve(new ReferenceVector(divideByLinear(elementsOf(vector), x))),
};
