import { FR_ONE, frAdd, frMul, frSub, type Fr } from "./fr.js";

/** `eq(a, b) = Π_j (a_j b_j + (1 - a_j)(1 - b_j))` for points of equal length. */
export function eqAt(a: readonly Fr[], b: readonly Fr[]): Fr {
  if (a.length !== b.length) throw new RangeError(`eqAt: points of ${a.length} and ${b.length} coordinates`);
  return a.reduce((product, aj, j) => {
    const bj = b[j] as Fr;
    const both = frMul(aj, bj);
    return frMul(product, frAdd(frSub(frSub(FR_ONE, aj), bj), frAdd(both, both)));
  }, FR_ONE);
}

/** `eq(point, x)` for all `x` of the cube: `2^point.length` Fr, least significant variable first. */
export function eqTable(point: readonly Fr[]): Fr[] {
  let table: Fr[] = [FR_ONE];
  // Expanding from the last variable keeps variable 0 in the lowest bit.
  for (let j = point.length - 1; j >= 0; j--) {
    const r = point[j] as Fr;
    const next = new Array<Fr>(table.length * 2);
    table.forEach((value, i) => {
      const high = frMul(value, r);
      next[2 * i] = frSub(value, high);
      next[2 * i + 1] = high;
    });
    table = next;
  }
  return table;
}
