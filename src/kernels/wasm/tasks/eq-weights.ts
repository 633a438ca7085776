import { writePacked } from "../canonical.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";

/** Variables of the low table: 128 weights are 64 pairs, as many terms as a wide accumulator takes. */
const LOW_VARIABLES = 7;

/** Split eq weights in a kernel's memory: weight `i + lowCount·h` is `low[i]·high[h]`. */
export interface EqWeights {
  readonly low: number;
  readonly lowCount: number;
  readonly high: number;
}

/** Tables of `eq(point, ·)`; `point`: canonical coordinates. Allocates. */
export function writeEqWeights(kernel: Kernel, point: Uint8Array): EqWeights {
  const variables = point.length / ELEMENT_BYTES;
  const lowVariables = Math.min(LOW_VARIABLES, variables);
  const highVariables = variables - lowVariables;
  const address = writePacked(kernel, point);
  const low = kernel.alloc(ELEMENT_BYTES * 2 ** lowVariables);
  const high = kernel.alloc(ELEMENT_BYTES * 2 ** highVariables);
  kernel.exports.frEqTable(low, address, lowVariables);
  kernel.exports.frEqTable(high, address + ELEMENT_BYTES * lowVariables, highVariables);
  return { low, lowCount: 2 ** lowVariables, high };
}
