import { FR_ZERO, frAdd, frMul, frPow, frPowers, type Fr } from "../../algebra/fr.js";
import type { FrVector } from "../backend.js";
import { canonicalBytes } from "./canonical.js";
import { ELEMENT_BYTES } from "./kernel.js";
import type { Pool } from "./pool.js";
import { sharedBytes } from "../shared-array.js";
import { divideBinomial, divideLinear } from "./tasks/mercury-divide.js";
import { foldRows } from "./vectors-linear.js";
import { bytesOf, rangeBytes, rangesOf, unpackVector, WasmVector } from "./vectors.js";

/** `vector = (X^b - alpha)·quotient + remainder`: `b` recurrences side by side, a range of them a task. */
export async function divideByBinomial(
  pool: Pool,
  vector: FrVector,
  b: number,
  alpha: Fr,
): Promise<{ quotient: WasmVector; remainder: WasmVector }> {
  if (vector.length === 0 || vector.length % b !== 0) {
    throw new RangeError(`divideByBinomial: ${vector.length} coefficients are no multiple of ${b}`);
  }
  const quotient = sharedBytes(ELEMENT_BYTES * (vector.length - b));
  const remainder = sharedBytes(ELEMENT_BYTES * b);
  const input = { vector: bytesOf(vector, pool), b, alpha: canonicalBytes([alpha]), quotient, remainder };
  await Promise.all(
    rangesOf(b, pool, vector.length / b).map((range) => pool.run(divideBinomial, { ...input, ...range })),
  );
  return { quotient: new WasmVector(quotient, pool.build), remainder: new WasmVector(remainder, pool.build) };
}

/**
 * Elements of a segment. Lanes walk through neighboring segments: were this a power of two, their elements would
 * compete for the same few cache lines.
 */
const SEGMENT = 1010;

/**
 * The quotient of `vector - vector(x)` by `X - x`. One recurrence over the whole vector, cut into segments: the
 * values of all segments at `x` give the recurrence's value at each end, from which the segments go on side by side.
 */
export async function divideByLinear(pool: Pool, vector: FrVector, x: Fr): Promise<WasmVector> {
  const bytes = bytesOf(vector, pool);
  if (vector.length <= 1) return new WasmVector(bytes.subarray(0, 0), pool.build);
  const length = Math.min(SEGMENT, Math.ceil(vector.length / 4));
  const values = await unpackVector(pool, await foldRows(pool, vector, frPowers(x, length)));
  const carries = new Array<Fr>(values.length).fill(FR_ZERO);
  const step = frPow(x, length);
  for (let s = values.length - 2; s >= 0; s--) {
    carries[s] = frAdd(values[s + 1] as Fr, frMul(step, carries[s + 1] as Fr));
  }
  const out = sharedBytes(bytes.length);
  await Promise.all(
    rangesOf(values.length, pool, length).map(({ from, to }) => {
      const range = { from: from * length, to: Math.min(vector.length, to * length) };
      return pool.run(divideLinear, {
        vector: rangeBytes(bytes, range),
        length,
        carries: canonicalBytes(carries.slice(from, to)),
        x: canonicalBytes([x]),
        out: rangeBytes(out, range),
      });
    }),
  );
  return new WasmVector(out.subarray(ELEMENT_BYTES), pool.build);
}
