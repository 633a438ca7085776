import { toFr, type Fr } from "../../algebra/fr.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { FrVector, IntVector } from "../backend.js";

/** Field elements as this backend holds them: canonical bigints. */
export class ReferenceVector implements FrVector {
  readonly elements: readonly Fr[];

  constructor(elements: readonly Fr[]) {
    this.elements = elements;
  }

  get length(): number {
    return this.elements.length;
  }
}

/** What the vector holds. Throws `TypeError` for a vector that another backend made. */
export function elementsOf(vector: FrVector): readonly Fr[] {
  if (vector instanceof ReferenceVector) return vector.elements;
  throw new TypeError("the vector belongs to another backend");
}

/** The numbers or bigints of either kind of vector. */
export function entriesOf(vector: IntVector | FrVector): IntVector | readonly Fr[] {
  return vector instanceof Int32Array || vector instanceof Float64Array ? vector : elementsOf(vector);
}

/**
 * Inside the reference kernels a vector element is any bigint congruent to its field element: small signed
 * integers stay small until a challenge is bound, and `%` needs no sign correction. Canonical at the seam only.
 */
export type Residues = bigint[];

export function toResidues(vector: ArrayLike<number> | readonly Fr[]): Residues {
  return Array.from(vector as ArrayLike<number | bigint>, (value) => BigInt(value));
}

/** Binds the lowest variable: `v[2i] + challenge·(v[2i+1] - v[2i])`. */
export function bindLowest(vector: Residues, challenge: Fr): Residues {
  const bound = new Array<bigint>(vector.length / 2);
  for (let i = 0; i < bound.length; i++) {
    const low = vector[2 * i] as bigint;
    const high = vector[2 * i + 1] as bigint;
    bound[i] = high === low ? low : (low + challenge * (high - low)) % FR_ORDER;
  }
  return bound;
}

/** The canonical value of a fully bound vector. */
export function onlyElement(vector: Residues): Fr {
  if (vector.length !== 1)
    throw new RangeError(`onlyElement: ${vector.length} elements are left, bind all variables first`);
  return toFr(vector[0] as bigint);
}

export function isAllZero(vector: ArrayLike<number>): boolean {
  for (let i = 0; i < vector.length; i++) if (vector[i] !== 0) return false;
  return true;
}
