import { FR_ZERO, frAdd, frMul, toFr, type Fr } from "../../algebra/fr.js";
import type { LinearTerm } from "../backend.js";
import { entriesOf } from "./vector.js";

/** `Σ weight·vector`, missing elements counting as zero. Throws `RangeError` for a vector that is too long. */
export function linearCombination(length: number, terms: readonly LinearTerm[]): Fr[] {
  const totals = new Array<bigint>(length).fill(0n);
  for (const { weight, vector } of terms) {
    if (vector.length > length) {
      throw new RangeError(`linearCombination: a vector has ${vector.length} elements, expected at most ${length}`);
    }
    const entries = entriesOf(vector);
    for (let x = 0; x < entries.length; x++) {
      const value = BigInt(entries[x] as number | bigint);
      if (value !== 0n) totals[x] = (totals[x] as bigint) + weight * value;
    }
  }
  return totals.map(toFr);
}

const at = (vector: readonly Fr[], i: number): Fr => vector[i] ?? FR_ZERO;

/** `Σ_j weights[j]·vector[j + weights.length·i]` for every `i`. */
export function foldLow(vector: readonly Fr[], weights: readonly Fr[]): Fr[] {
  const b = weights.length;
  return Array.from({ length: vector.length / b }, (_, i) => {
    let sum = 0n;
    for (let j = 0; j < b; j++) sum += at(vector, i * b + j) * at(weights, j);
    return toFr(sum);
  });
}

/** `vector = (X^b - alpha)·quotient + remainder`: `[quotient, remainder]`. */
export function divideByBinomial(vector: readonly Fr[], b: number, alpha: Fr): [Fr[], Fr[]] {
  const carried = vector.slice();
  for (let i = vector.length - 1; i >= b; i--) carried[i - b] = frAdd(at(carried, i - b), frMul(alpha, at(carried, i)));
  return [carried.slice(b), carried.slice(0, b)];
}
