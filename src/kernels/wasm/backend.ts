import type { Backend } from "../backend.js";
import { createMainSumcheck } from "./main-sumcheck.js";
import { createOpeningSumcheck } from "./opening-sumcheck.js";
import { msm } from "./msm.js";
import type { Pool } from "./pool.js";
import { createRangeTree } from "./range-tree.js";
import { divideByBinomial, divideByLinear } from "./vectors-division.js";
import { evaluateMultilinear, foldRows, linearCombination } from "./vectors-linear.js";
import { packVector, unpackVector } from "./vectors.js";

/** Everything on a pool's WebAssembly kernels. The pool stays the caller's to close. */
export function createWasmBackend(pool: Pool): Backend {
  return {
    name: `wasm ${pool.build}`,
    jobs: pool.jobs,
    fromFr: (values) => packVector(pool, values),
    toFr: (vector) => unpackVector(pool, vector),
    msm: (powers, scalars) => msm(pool, powers, scalars),
    rangeTree: (input) => createRangeTree(pool, input),
    mainSumcheck: (input) => createMainSumcheck(pool, input),
    openingSumcheck: (input) => createOpeningSumcheck(pool, input),
    linearCombination: (length, terms) => linearCombination(pool, length, terms),
    evaluateMultilinear: (vector, point) => evaluateMultilinear(pool, vector, point),
    foldLow: (vector, weights) => foldRows(pool, vector, weights),
    divideByBinomial: (vector, b, alpha) => divideByBinomial(pool, vector, b, alpha),
    divideByLinear: (vector, x) => divideByLinear(pool, vector, x),
  };
}
